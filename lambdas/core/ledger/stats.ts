// The counters behind the stats, the dashboard and the ledger. They are kept per hour of
// acceptance, so an hour's statuses always add up to what was accepted in it.
import type { Attempt, Delivery, DeliveryStatus } from '../deliveries/delivery.ts';
import type { SubscriptionId } from '../ids.ts';

export const hourMs = 3_600_000;

/** Upper bounds in ms of the attempt-duration histogram; the last bucket is open. */
export const latencyBoundsMs = [
  10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
] as const;

export type StatusCounts = Record<DeliveryStatus, number>;

/** A signed change to one subscription's counters of one hour. */
export type StatsDelta = {
  tenant: string;
  subscriptionId: SubscriptionId;
  /** Epoch ms of the hour's start. */
  hour: number;
  byStatus: StatusCounts;
  attempts: number;
  /** Attempts per duration bucket: `latencyBoundsMs.length + 1` numbers. */
  latency: readonly number[];
};

/** One hour's counters, for one subscription or all. */
export type StatsHour = Omit<StatsDelta, 'tenant' | 'subscriptionId'>;

export const noStatuses: StatusCounts = {
  pending: 0,
  retrying: 0,
  parked: 0,
  delivered: 0,
  failed: 0,
  cancelled: 0,
};

export function hourOf(at: number): number {
  return Math.floor(at / hourMs) * hourMs;
}

function bucketOf(durationMs: number): number {
  const index = latencyBoundsMs.findIndex((bound) => durationMs <= bound);
  return index === -1 ? latencyBoundsMs.length : index;
}

/**
 * A delivery enters the counters when it first leaves its initial `pending`, so that accepting it
 * costs no counter write.
 */
export function isCounted(delivery: Delivery): boolean {
  return delivery.status !== 'pending' || delivery.cycle > 1 || delivery.attemptCount > 0;
}

/**
 * The effect of a delivery's change on the counters. `before` is null for a delivery accepted as
 * `parked`.
 */
export function statsDelta(
  before: Delivery | null,
  after: Delivery,
  attempt: Attempt | null,
): StatsDelta {
  const byStatus = { ...noStatuses };
  if (before !== null && isCounted(before)) byStatus[before.status] -= 1;
  if (isCounted(after)) byStatus[after.status] += 1;
  const latency = Array.from({ length: latencyBoundsMs.length + 1 }, () => 0);
  if (attempt !== null) latency[bucketOf(attempt.durationMs)] = 1;
  return {
    tenant: after.tenant,
    subscriptionId: after.subscriptionId,
    hour: hourOf(after.createdAt),
    byStatus,
    attempts: attempt === null ? 0 : 1,
    latency,
  };
}

function addCounts(left: StatusCounts, right: StatusCounts): StatusCounts {
  const sum = { ...left };
  for (const status of Object.keys(sum) as DeliveryStatus[]) sum[status] += right[status];
  return sum;
}

/** One delta per subscription and hour, so that a batch costs one write each. */
export function mergeDeltas(deltas: readonly StatsDelta[]): StatsDelta[] {
  const merged = new Map<string, StatsDelta>();
  for (const delta of deltas) {
    const key = `${delta.tenant} ${delta.subscriptionId} ${delta.hour}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? delta : { ...delta, ...addHours(known, delta) });
  }
  return [...merged.values()];
}

/** Adds two counters of the same hour. */
export function addHours(left: StatsHour, right: StatsHour): StatsHour {
  return {
    hour: left.hour,
    byStatus: addCounts(left.byStatus, right.byStatus),
    attempts: left.attempts + right.attempts,
    latency: left.latency.map((count, index) => count + (right.latency[index] ?? 0)),
  };
}

export function emptyHour(hour: number): StatsHour {
  return {
    hour,
    byStatus: noStatuses,
    attempts: 0,
    latency: latencyBoundsMs.map(() => 0).concat(0),
  };
}
