// Jobs that follow a change of a subscription. They travel on the deliveries queue, so they survive a crash, and go
// in pages. Each is sent twice: at once, and again when no function can act on its old memo of the subscription.
import { limits } from '../contract/limits.ts';
import type { QueueMessage } from '../contract/messages.ts';
import type { SubscriptionId } from './ids.ts';

/** The change itself is stored just after its jobs are sent. */
const firstDelayMs = 1_000;

function twice(
  job: { kind: 'drain' | 'cancel'; tenant: string; subscriptionId: SubscriptionId },
  now: number,
): QueueMessage[] {
  const settledMs = limits.memoTtlMsMax + limits.commitWaitMaxMs;
  return [firstDelayMs, settledMs].map((delayMs) => ({
    version: 1,
    ...job,
    cursor: null,
    sentAt: now,
    dueAt: now + delayMs,
  }));
}

/** Sends what is parked, once the subscription is active again. */
export function drainJobs(
  tenant: string,
  subscriptionId: SubscriptionId,
  now: number,
): QueueMessage[] {
  return twice({ kind: 'drain', tenant, subscriptionId }, now);
}

/** Cancels what is open, once the subscription is deleted. */
export function cancelJobs(
  tenant: string,
  subscriptionId: SubscriptionId,
  now: number,
): QueueMessage[] {
  return twice({ kind: 'cancel', tenant, subscriptionId }, now);
}
