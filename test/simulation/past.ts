// What a subscription was, which some of what is sent may still go by.
import { heldBackBy } from '../../lambdas/core/endpoints/health.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import type { SubscriptionPast } from './facts.ts';

export function remember(past: SubscriptionPast, after: Subscription | null, now: number): void {
  if (after !== null) past.schedule = after.retrySchedule;
  const heldBy = after === null ? 'subscription_inactive' : heldBackBy(after);
  const since = (before: number | null, is: boolean) => (is ? (before ?? now) : null);
  rememberPause(past, after?.heldUntil ?? null, now);
  past.isGivenUp = after?.inactiveReason === 'failing';
  past.inactiveSince = since(past.inactiveSince, heldBy === 'subscription_inactive');
  past.openSince = since(past.openSince, heldBy === 'circuit_open');
  const secret = after?.secret ?? null;
  if (past.secrets.at(-1)?.secret !== secret) past.secrets.push({ secret, from: now });
}

export function newPast(): SubscriptionPast {
  return {
    heldUntil: null,
    heldSince: 0,
    isGivenUp: false,
    inactiveSince: null,
    openSince: null,
    secrets: [],
    schedule: null,
  };
}

function rememberPause(past: SubscriptionPast, heldUntil: number | null, now: number): void {
  if (past.heldUntil !== heldUntil) past.heldSince = now;
  past.heldUntil = heldUntil;
}
