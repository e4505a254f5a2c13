// What the invariants know of a run, and how they say that one of them is broken.
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import type { DeliveryId, ReplayId, SubscriptionId } from '../../lambdas/core/ids.ts';
import type { RetrySchedule } from '../../lambdas/core/retry-schedule.ts';
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
  inactiveSince: number | null;
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
  /** When the last request is answered. */
  answeredAt: Map<DeliveryId, number>;
  replaysAsked: Map<DeliveryId, number>;
  waiting: Map<string, Set<QueueMessage>>;
  /** Failed probes: attempts that are recorded and burn nothing. */
  probes: Map<DeliveryId, number>;
  /** When each replay job was made, by a clock that is right. */
  jobsMadeAt: Map<ReplayId, number>;
};
