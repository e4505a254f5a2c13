// A page of the ledger: what was accepted in each hour and what became of it, from entries and
// rows, next to the counters.
import { limits } from '../../contract/limits/limits.ts';
import type { LedgerEntry, LedgerHour } from '../../core/ledger/ledger.ts';
import { isMissing, ledgerHours, ledgerRange } from '../../core/ledger/ledger.ts';
import type { StatsHour } from '../../core/ledger/stats.ts';
import { hourMs } from '../../core/ledger/stats.ts';
import type { HourRange } from '../../core/ledger/stats-summary.ts';
import type { Context } from '../context.ts';
import { emptyWindow } from '../deliveries/list-deliveries.ts';
import { overdueOf } from './recover-deliveries.ts';

export type LedgerPage = {
  range: HourRange;
  hours: readonly (LedgerHour & { counted: StatsHour | null })[];
  missing: readonly LedgerEntry[];
  nextCursor: string | null;
};

/** An hour that does not fit on one page continues on the next. */
export async function readLedger(
  context: Pick<
    Context,
    'subscriptions' | 'subscriptionMemo' | 'deliveries' | 'stats' | 'clock' | 'rules'
  >,
  tenant: string,
  asked: { since: number | undefined; until: number | undefined; cursor: string | null },
): Promise<LedgerPage> {
  const now = context.clock.now();
  const range = ledgerRange(asked, now, context.rules.retentionMs);
  if (range === null) throw emptyWindow();
  const page = { limit: limits.ledgerPageSize, cursor: asked.cursor };
  const { items, nextCursor } = await context.deliveries.listLedger(tenant, range, page);
  const rows = items.flatMap(({ delivery }) => delivery ?? []);
  const overdue = await overdueOf(context, rows, limits.overdueAfterMs);
  const hours = ledgerHours(items, now, new Set(overdue.map(({ id }) => id)));
  const counted = await countersOf(context, tenant, hours);
  return {
    range,
    hours: hours.map((hour) => ({ ...hour, counted: counted.get(hour.hour) ?? null })),
    missing: items.filter((entry) => isMissing(entry, now)),
    nextCursor,
  };
}

async function countersOf(
  context: Pick<Context, 'stats'>,
  tenant: string,
  hours: readonly LedgerHour[],
): Promise<Map<number, StatsHour>> {
  const [first] = hours;
  const last = hours.at(-1);
  if (first === undefined || last === undefined) return new Map();
  const range = { fromHour: first.hour, untilHour: last.hour + hourMs };
  const counted = await context.stats.hours(tenant, null, range);
  return new Map(counted.map((hour) => [hour.hour, hour]));
}
