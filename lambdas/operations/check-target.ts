// Refuses a target URL that breaks the policy. The sender checks again, on every address that it dials.
import { ServiceError } from '../core/service-error.ts';
import { checkTargetUrl } from '../core/target-url.ts';
import type { Context } from './context.ts';

export function checkTarget(context: Pick<Context, 'rules'>, url: string): void {
  const check = checkTargetUrl(url, context.rules.targets);
  if (check.ok) return;
  throw new ServiceError('unsafe-target-url', `${check.detail} (rule: ${check.rule})`, [
    { pointer: '/target_url', detail: check.detail },
  ]);
}
