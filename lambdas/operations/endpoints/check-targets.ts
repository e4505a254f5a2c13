// Refuses URLs that violate the policy: the target and the token endpoint. The sender checks again,
// for every address that it dials.
import type { SubscriptionFields } from '../../contract/http/resources.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import { checkTargetUrl } from '../../core/endpoints/target-url.ts';
import type { Context } from '../context.ts';

export function checkTargets(context: Pick<Context, 'rules'>, fields: SubscriptionFields): void {
  const { target_url: targetUrl, auth } = fields;
  if (targetUrl !== undefined) checkUrl(context, '/target_url', targetUrl);
  if (auth?.type === 'oauth2') checkUrl(context, '/auth/token_url', auth.token_url);
}

function checkUrl(context: Pick<Context, 'rules'>, pointer: string, url: string): void {
  const check = checkTargetUrl(url, context.rules.targets);
  if (check.ok) return;
  throw new ServiceError('unsafe-target-url', `${check.detail} (rule: ${check.rule})`, [
    { pointer, detail: check.detail },
  ]);
}
