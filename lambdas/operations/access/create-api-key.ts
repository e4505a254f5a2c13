// Creates an API key. Its text is returned only here; the store keeps its SHA-256.
import { limits } from '../../contract/limits/limits.ts';
import type { ApiKey } from '../../core/access/api-key.ts';
import { makeApiKey } from '../../core/access/api-key.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Context } from '../context.ts';

export async function createApiKey(
  context: Pick<Context, 'apiKeys' | 'chance' | 'clock'>,
  tenant: string,
  about: Pick<ApiKey, 'name' | 'scopes'>,
): Promise<{ text: string; key: ApiKey }> {
  const keys = await context.apiKeys.list(tenant);
  if (keys.length >= limits.apiKeysMax) {
    throw new ServiceError(
      'limit-exceeded',
      `The limit of ${limits.apiKeysMax} API keys is reached`,
    );
  }
  const chance = { id: context.chance.bytes(8), secret: context.chance.bytes(32) };
  const scopes = [...new Set(about.scopes)];
  const createdAt = context.clock.now();
  const made = makeApiKey(chance, { tenant, name: about.name, scopes, createdAt });
  await context.apiKeys.create(made.key);
  return made;
}
