// The stored ledger, and its audit when all is quiet: the check of the service itself must find nothing missing, and
// leave counters that say what the rows say.
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { acceptedAtOf } from '../../lambdas/core/ids.ts';
import type { CountsByOwner, LedgerEntry } from '../../lambdas/core/ledger/ledger.ts';
import { correctionOf, countRow, noRows } from '../../lambdas/core/ledger/ledger.ts';
import type { Page } from '../../lambdas/core/shared/page.ts';
import { hourOf } from '../../lambdas/core/ledger/stats.ts';
import type { HourRange } from '../../lambdas/core/ledger/stats-summary.ts';
import { propagationMs } from '../../lambdas/contract/limits/propagation.ts';
import { checkHour } from '../../lambdas/operations/ledger/check-hour.ts';
import { retentionMs } from '../support/factories.ts';
import { must } from './facts.ts';
import { ownerOf } from './small-stores.ts';
import type { Database } from './store.ts';
import type { World } from './world.ts';

/** Small, so that a check goes through several. */
const pageSize = 5;

export function enter(
  { entries, entriesByHour }: Database,
  of: Pick<Delivery, 'tenant' | 'id'>,
  at: number,
): void {
  const { tenant, id } = of;
  if (entries.has(id)) return;
  const acceptedAt = acceptedAtOf(id);
  entries.set(id, { tenant, keptUntil: acceptedAt + retentionMs, at });
  const hour = hourOf(acceptedAt);
  const ids = entriesByHour.get(hour) ?? [];
  entriesByHour.set(hour, ids);
  const place = ids.findLastIndex((other) => other < id) + 1;
  ids.splice(place, 0, id);
}

export function listLedger(
  { entries, entriesByHour, rows }: Database,
  query: { tenant: string; range: HourRange; limit: number; cursor: string | null },
): Page<LedgerEntry> {
  const { tenant, range, limit, cursor } = query;
  const size = Math.min(limit, pageSize);
  const found = [...entriesByHour.keys()]
    .filter((hour) => hour >= range.fromHour && hour < range.untilHour)
    .sort((left, right) => left - right)
    .flatMap((hour) => entriesByHour.get(hour)!)
    .filter((id) => id > (cursor ?? '') && entries.get(id)!.tenant === tenant);
  // Nothing expires here: the check looks at hours whose rows are all kept.
  const items = found.slice(0, size).map((id): LedgerEntry => {
    const { keptUntil } = entries.get(id)!;
    return { id, keptUntil, delivery: rows.get(id)?.delivery ?? null };
  });
  return { items, nextCursor: found.length > size ? (items.at(-1)?.id ?? null) : null };
}

/** Needs a world in which nothing is left to do, and no more faults. */
export async function audit(world: World): Promise<void> {
  const hours = Map.groupBy(world.database.entries, ([id, { tenant }]) =>
    JSON.stringify({ tenant, hour: hourOf(acceptedAtOf(id)) }),
  );
  // Counters of rows that have changed just now are left alone.
  await world.sleep(2 * propagationMs);
  for (const [name, entries] of hours) {
    const of: { tenant: string; hour: number } = JSON.parse(name);
    const answer = await world.request([], (context) =>
      checkHour(context, of, { endsAt: Infinity }),
    );
    const found = answer.kind === 'done' ? answer.value : null;
    must(found?.missing.length === 0, 'I14 ledger', () => `${name}: ${JSON.stringify(answer)}`);
    must(found?.accepted === entries.length, 'I14 ledger', () => `${name}: ${found?.accepted}`);
    checkCounters(
      world.database,
      of,
      entries.map(([id]) => world.database.rows.get(id)!.delivery),
    );
  }
}

function checkCounters(
  { hours }: Database,
  { tenant, hour }: { tenant: string; hour: number },
  deliveries: readonly Delivery[],
): void {
  const counts: CountsByOwner = new Map();
  for (const delivery of deliveries) {
    for (const owner of [null, delivery.subscriptionId]) {
      counts.set(owner, countRow(counts.get(owner) ?? noRows, delivery));
    }
  }
  for (const [owner, { byStatus }] of counts) {
    const counted = hours.get(ownerOf(tenant, owner))?.find((other) => other.hour === hour);
    const correction = correctionOf(byStatus, counted);
    const about = () => `${owner ?? tenant}: ${JSON.stringify(correction)}`;
    must(correction === null, 'I14 counters', about);
  }
}
