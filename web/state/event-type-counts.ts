import type { Delivery, Subscription } from '../api/resources.ts';

export type EventTypeCount = {
  /** Null for events without a type. */
  type: string | null;
  subscriptions: number;
  deliveries: number;
  failed: number;
  lastAt: string | null;
};

/** The most delivered first, then by name. */
export function eventTypesOf(
  subscriptions: readonly Pick<Subscription, 'event_types'>[],
  deliveries: readonly Pick<Delivery, 'event_type' | 'status' | 'created_at'>[],
): EventTypeCount[] {
  const byType = new Map<string | null, EventTypeCount>();
  const countOf = (type: string | null): EventTypeCount => {
    const found = byType.get(type) ?? {
      type,
      subscriptions: 0,
      deliveries: 0,
      failed: 0,
      lastAt: null,
    };
    byType.set(type, found);
    return found;
  };
  for (const { event_types: types } of subscriptions) {
    for (const type of new Set(types ?? [])) countOf(type).subscriptions += 1;
  }
  for (const { event_type: type, status, created_at: at } of deliveries) {
    const counted = countOf(type);
    counted.deliveries += 1;
    if (status === 'failed') counted.failed += 1;
    if (counted.lastAt === null || at > counted.lastAt) counted.lastAt = at;
  }
  return [...byType.values()].toSorted(
    (one, other) =>
      other.deliveries - one.deliveries || (one.type ?? '').localeCompare(other.type ?? ''),
  );
}
