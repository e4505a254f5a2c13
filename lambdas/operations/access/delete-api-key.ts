// Revokes an API key: immediately in this process, in others once their memo expires.
import { isApiKeyId } from '../../core/access/api-key.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Context } from '../context.ts';

export async function deleteApiKey(
  context: Pick<Context, 'apiKeys' | 'apiKeyMemo'>,
  tenant: string,
  id: string,
): Promise<void> {
  if (!isApiKeyId(id) || !(await context.apiKeys.remove(tenant, id))) {
    throw new ServiceError('not-found', 'API key not found');
  }
  context.apiKeyMemo.forget(id);
}
