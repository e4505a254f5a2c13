// Jobs that follow a change of a subscription. They travel on the deliveries queue, so they survive
// a crash, and work in pages. A job is sent before its change is stored, so that no crash leaves
// the change without it.
import { limits } from '../../contract/limits/limits.ts';
import { propagationMs } from '../../contract/limits/propagation.ts';
import type { BacklogMessage, QueueMessage } from '../../contract/messages.ts';
import type { BacklogPace } from './backlog.ts';
import { heldBackBy } from '../endpoints/health.ts';
import type { SubscriptionId } from '../ids.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

type Owner = Pick<Subscription, 'tenant' | 'id'>;

/**
 * Works through parked deliveries until none is left. `job` is the id that the changed subscription
 * stores.
 */
export function backlogJob(
  owner: Owner,
  about: { job: string; pace: BacklogPace; dueAt: number },
  now: number,
): BacklogMessage {
  return {
    version: 1,
    kind: 'backlog',
    tenant: owner.tenant,
    subscriptionId: owner.id,
    job: about.job,
    step: 0,
    pace: about.pace,
    cursor: null,
    passAt: now,
    sent: 0,
    sentAt: now,
    dueAt: Math.max(about.dueAt, now + limits.jobDelayMs),
  };
}

/**
 * The cause that freed a subscription decides how carefully its backlog is sent; null if nothing
 * was freed.
 */
export function paceOfChange(before: Subscription, after: Subscription): BacklogPace | null {
  const was = heldBackBy(before);
  if (was === null || heldBackBy(after) !== null) return null;
  return paceOnceFree(before);
}

/** How carefully parked deliveries are sent, now or once freed. */
export function paceOf(subscription: Subscription): BacklogPace {
  if (heldBackBy(subscription) !== null) return paceOnceFree(subscription);
  return subscription.health.backlogJob?.pace ?? 'recovery';
}

/** If nothing else was wrong, the endpoint was unaware of the pause. */
function paceOnceFree({ inactiveReason, health }: Subscription): BacklogPace {
  return inactiveReason === 'paused' && health.circuit.state === 'closed' ? 'resume' : 'recovery';
}

/**
 * Re-requests what a pause postponed, once it is lifted; again when no function can still postpone
 * from an old memo.
 */
export function releaseJobs(lifted: Subscription, now: number): QueueMessage[] {
  return [limits.jobDelayMs, propagationMs].map((delayMs) => ({
    version: 1,
    kind: 'release',
    tenant: lifted.tenant,
    subscriptionId: lifted.id,
    liftedBy: lifted.version,
    cursor: null,
    sentAt: now,
    dueAt: now + delayMs,
  }));
}

/**
 * True if a person ended a pause that the endpoint asked for: deliveries may still be waiting even
 * when the pause itself is over.
 */
export function liftsPause(before: Subscription, after: Subscription): boolean {
  return before.heldUntil !== null && after.heldUntil === null;
}

/**
 * Cancels open deliveries once the subscription is deleted; again when no function holds an old
 * memo of it.
 */
export function cancelJobs(
  tenant: string,
  subscriptionId: SubscriptionId,
  now: number,
): QueueMessage[] {
  return [limits.jobDelayMs, propagationMs].map((delayMs) =>
    cancelJob(tenant, subscriptionId, { now, dueAt: now + delayMs }),
  );
}

export function cancelJob(
  tenant: string,
  subscriptionId: SubscriptionId,
  { now, dueAt }: { now: number; dueAt: number },
): QueueMessage {
  return { version: 1, kind: 'cancel', tenant, subscriptionId, cursor: null, sentAt: now, dueAt };
}
