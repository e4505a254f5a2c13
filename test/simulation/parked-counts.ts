// How many deliveries of each subscription are parked. Kept beside the rows, since a long outage parks very many.
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { SubscriptionId } from '../../lambdas/core/ids.ts';

/** The counts, and when each of them came to be. */
export type ParkedCounts = Map<SubscriptionId, { at: number; events: number }[]>;

export function countParked(
  parked: ParkedCounts,
  { before, after }: { before: Delivery | null; after: Delivery },
  at: number,
): void {
  const more = Number(after.status === 'parked') - Number(before?.status === 'parked');
  if (more === 0) return;
  const counts = parked.get(after.subscriptionId) ?? [];
  counts.push({ at, events: (counts.at(-1)?.events ?? 0) + more });
  parked.set(after.subscriptionId, counts);
}

export function parkedAsOf(parked: ParkedCounts, id: SubscriptionId, asOf: number): number {
  return parked.get(id)?.findLast(({ at }) => at <= asOf)?.events ?? 0;
}
