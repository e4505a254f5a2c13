// Counters: one item per subscription and hour, and one per tenant and hour. Each change is a
// single addition, so writers need no coordination; an SDK retry after a lost response may count
// twice.
import * as z from 'zod';
import { limits } from '../../../contract/limits/limits.ts';
import { table as names } from '../../../contract/table.ts';
import type { SubscriptionId } from '../../../core/ids.ts';
import type { Clock, StatsStore } from '../../../core/ports.ts';
import { latencyBoundsMs, mergeDeltas } from '../../../core/ledger/stats.ts';
import type { StatsDelta, StatsHour } from '../../../core/ledger/stats.ts';
import { queryAll } from '../table/dynamo-table.ts';
import type { DynamoTable } from '../table/dynamo-table.ts';
import type { Item } from '../deliveries/item-size.ts';
import { statsPartition, statsSortKey } from '../table/keys.ts';

/** Takes the place of a subscription id in a tenant's own counters. */
const allSubscriptions: SubscriptionId = 'sub_all';

const latencyNames = Array.from(
  { length: latencyBoundsMs.length + 1 },
  (_, bucket) => `latency_${bucket}`,
);

const count = z.number().default(0);

const storedHour = z.object({
  sk: z.string(),
  pending: count,
  retrying: count,
  parked: count,
  delivered: count,
  failed: count,
  cancelled: count,
  attempts: count,
});

export function openStats(table: DynamoTable, clock: Clock): StatsStore {
  async function addDelta(delta: StatsDelta): Promise<void> {
    const { tenant, subscriptionId, hour } = delta;
    await addTo(statsPartition(tenant, subscriptionId), hour, changedCounts(delta));
  }

  async function addTo(pk: string, hour: number, counts: [string, number][]): Promise<void> {
    const add = Object.fromEntries(counts.filter(([, change]) => change !== 0));
    if (Object.keys(add).length === 0) return;
    const set = { [names.timeToLive]: expiryOf(hour) };
    await table.update({ pk, sk: statsSortKey(hour) }, { add, set });
  }

  return {
    async add(deltas) {
      const perTenant = deltas.map((delta) => ({ ...delta, subscriptionId: allSubscriptions }));
      await Promise.all([...mergeDeltas(deltas), ...mergeDeltas(perTenant)].map(addDelta));
    },

    correct(tenant, subscriptionId, { hour, byStatus }) {
      const partition = statsPartition(tenant, subscriptionId ?? allSubscriptions);
      return addTo(partition, hour, Object.entries(byStatus));
    },

    async hours(tenant, subscriptionId, { fromHour, untilHour }) {
      if (fromHour >= untilHour) return [];
      const range = {
        partition: statsPartition(tenant, subscriptionId ?? allSubscriptions),
        from: statsSortKey(fromHour),
        to: statsSortKey(untilHour - 1),
        newestFirst: false,
      };
      const items = await queryAll(table, range);
      const nowSeconds = clock.now() / 1_000;
      return items.filter((item) => item[names.timeToLive] > nowSeconds).map(decodeHour);
    },
  };
}

function expiryOf(hour: number): number {
  return Math.ceil((hour + limits.statsRetentionMs) / 1_000);
}

function changedCounts(delta: StatsDelta): [string, number][] {
  return [
    ...Object.entries(delta.byStatus),
    ['attempts', delta.attempts],
    ...latencyNames.map((name, bucket): [string, number] => [name, delta.latency[bucket] ?? 0]),
  ];
}

function decodeHour(item: Item): StatsHour {
  const { pending, retrying, parked, delivered, failed, cancelled, ...stored } =
    storedHour.parse(item);
  return {
    hour: Date.parse(stored.sk),
    byStatus: { pending, retrying, parked, delivered, failed, cancelled },
    attempts: stored.attempts,
    latency: latencyNames.map((name) => count.parse(item[name])),
  };
}
