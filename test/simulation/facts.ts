// What the invariants know of a run, and how they say that one of them is broken.
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import type { DeliveryId, ReplayId, SubscriptionId } from '../../lambdas/core/ids.ts';
import type { RetrySchedule } from '../../lambdas/core/deliveries/retry-schedule.ts';
import type { Kernel } from './kernel.ts';
import type { Database } from './store.ts';

export class Violation extends Error {
  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`);
    this.name = 'Violation';
  }
}

export function must(holds: boolean, invariant: string, detail: () => string): void {
  if (!holds) throw new Violation(invariant, detail());
}

export type SubscriptionPast = {
  /** Inactive, since it failed for days. */
  isGivenUp: boolean;
  inactiveSince: number | null;
  heldUntil: number | null;
  /** Since when it is held until then. */
  heldSince: number;
  /** Since when the circuit is open. */
  openSince: number | null;
  /** Oldest first; each signs until the next one. */
  secrets: { secret: string | null; from: number }[];
  schedule: RetrySchedule | null;
};

export type Facts = {
  kernel: Kernel;
  database: Database;
  schedule: RetrySchedule;
  memoTtlMs: number;
  past: Map<SubscriptionId, SubscriptionPast>;
  promised: Set<DeliveryId>;
  posts: Map<DeliveryId, number>;
  /** Tries that could be sent: whatever came of them, each may be recorded as an attempt. */
  tries: Map<DeliveryId, number>;
  /** What came of each request, as the service saw it; pauses that were asked for are neither good nor bad. */
  answers: Map<SubscriptionId, { at: number; isSuccess: boolean }[]>;
  /** Asked for again when a pause was lifted: the message that waits for its end may still come before another pause is over. */
  released: Set<DeliveryId>;
  /** When the last request is answered. */
  answeredAt: Map<DeliveryId, number>;
  replaysAsked: Map<DeliveryId, number>;
  waiting: Map<string, Set<QueueMessage>>;
  /** When the queue last forgot a message: of a delivery, a subscription's job, or a replay job. */
  lostAt: Map<string, number>;
  /** Failed probes: attempts that are recorded and burn nothing. */
  probes: Map<DeliveryId, number>;
  /** When each replay job was made, by a clock that is right. */
  jobsMadeAt: Map<ReplayId, number>;
};
