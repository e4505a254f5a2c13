import type { DatabaseSync } from 'node:sqlite';
import type { StatsStore } from '../../../core/ports.ts';
import type { StatsHour, StatusCounts } from '../../../core/ledger/stats.ts';
import { addHours, emptyHour, mergeDeltas, noStatuses } from '../../../core/ledger/stats.ts';
import { inserted, selected, type Values } from '../file/columns.ts';
import type { Writer } from '../file/writer.ts';

const statuses = Object.keys(noStatuses) as (keyof StatusCounts)[];
const counterFields = ['hour', ...statuses, 'attempts', 'latency'];
/** Takes the place of a subscription id in a tenant's own counters. */
const ofTenant = '';

function toRow({ byStatus, latency, hour, attempts }: StatsHour): Values {
  return { hour, ...byStatus, attempts, latency: JSON.stringify(latency) };
}

function fromRow({ hour, attempts, latency, ...byStatus }: Values): StatsHour {
  return { hour, byStatus, attempts, latency: JSON.parse(latency as string) } as StatsHour;
}

export function createStatsStore(database: DatabaseSync, writer: Writer): StatsStore {
  const put = database.prepare(
    `INSERT OR REPLACE INTO stats_hours ${inserted(['tenant', 'subscriptionId', ...counterFields])}`,
  );
  const hours = database.prepare(
    `SELECT ${selected(counterFields)} FROM stats_hours
     WHERE tenant = ? AND subscription_id = ? AND hour >= ? AND hour < ? ORDER BY hour`,
  );

  function add(tenant: string, delta: StatsHour, subscriptionId: string): void {
    const { hour } = delta;
    const [known] = hours.all(tenant, subscriptionId, hour, hour + 1).map(fromRow);
    const sum = known === undefined ? delta : addHours(known, delta);
    put.run({ ...toRow(sum), tenant, subscriptionId });
  }

  return {
    async add(deltas) {
      if (deltas.length === 0) return;
      await writer.write(() => {
        for (const delta of mergeDeltas(deltas)) {
          add(delta.tenant, delta, delta.subscriptionId);
          add(delta.tenant, delta, ofTenant);
        }
      });
    },
    async correct(tenant, subscriptionId, { hour, byStatus }) {
      const delta = { ...emptyHour(hour), byStatus };
      await writer.write(() => add(tenant, delta, subscriptionId ?? ofTenant));
    },
    async hours(tenant, subscriptionId, { fromHour, untilHour }) {
      return hours.all(tenant, subscriptionId ?? ofTenant, fromHour, untilHour).map(fromRow);
    },
  };
}
