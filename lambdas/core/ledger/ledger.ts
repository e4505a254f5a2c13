// The ledger: what was accepted, set against what became of it. An entry is written with the row of every delivery and
// never again, so it still names a row that was lost. An hour's accepted deliveries are its scheduled, parked,
// delivered, failed and cancelled ones, and those that are missing, of which there must be none.
import { limits } from '../../contract/limits/limits.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import type { DeliveryId, SubscriptionId } from '../ids.ts';
import { acceptedAtOf } from '../ids.ts';
import type { StatsHour, StatusCounts } from './stats.ts';
import { hourMs, hourOf, isCounted, noStatuses } from './stats.ts';
import type { HourRange } from './stats-summary.ts';

export type LedgerEntry = {
  id: DeliveryId;
  /** Epoch ms before which its row cannot have expired. */
  keptUntil: number;
  /** Null when there is no row, or when it has expired. */
  delivery: Delivery | null;
};

/** What was accepted in one hour. `accepted` is the sum of the statuses and of what is missing. */
export type LedgerHour = {
  /** Epoch ms of the hour's start. */
  hour: number;
  accepted: number;
  byStatus: StatusCounts;
  missing: number;
  /** Of the scheduled ones: what waits for a message that must be taken for lost. */
  overdue: number;
};

/** A delivery without a row that should still have one. The clocks that dated row and entry may differ a little. */
export function isMissing({ delivery, keptUntil }: LedgerEntry, now: number): boolean {
  return delivery === null && now < keptUntil - limits.ledgerClockMarginMs;
}

/** By the hour, oldest first; hours without entries are absent. What has expired in good order does not count. */
export function ledgerHours(
  entries: readonly LedgerEntry[],
  now: number,
  overdueIds: ReadonlySet<DeliveryId> = new Set(),
): LedgerHour[] {
  const owed = entries.filter((entry) => entry.delivery !== null || isMissing(entry, now));
  const byHour = Map.groupBy(owed, ({ id }) => hourOf(acceptedAtOf(id)));
  return [...byHour].map(([hour, inHour]) => {
    const byStatus = { ...noStatuses };
    for (const { delivery } of inHour) if (delivery !== null) byStatus[delivery.status] += 1;
    const missing = inHour.filter(({ delivery }) => delivery === null).length;
    const overdue = inHour.filter(({ id }) => overdueIds.has(id)).length;
    return { hour, accepted: inHour.length, byStatus, missing, overdue };
  });
}

/**
 * The whole hours of which every row must still be there, among those asked for; up to now by default. Null when there
 * are none.
 */
export function ledgerRange(
  asked: { since?: number | undefined; until?: number | undefined },
  now: number,
  retentionMs: number,
): HourRange | null {
  const oldest = now - retentionMs + limits.ledgerClockMarginMs;
  const firstHour = Math.ceil(oldest / hourMs) * hourMs;
  const fromHour = Math.max(hourOf(asked.since ?? firstHour), firstHour);
  const until = Math.min(asked.until ?? now + 1, now + 1);
  const untilHour = Math.ceil(until / hourMs) * hourMs;
  return fromHour < untilHour ? { fromHour, untilHour } : null;
}

/** Which hours the hourly check looks at, and up to when. Epoch ms. */
export type CheckPlan = {
  /** For the first time, oldest first: all that no check has been through and that nobody can add to any more. */
  hours: readonly number[];
  /** Every hour before it was checked. */
  from: number;
  /** For the second time, a day after the first: it sees what was lost since. */
  again: number | null;
  /** What may be overdue of the hours that are still too young. */
  tail: HourRange | null;
};

export function checkPlan(
  now: number,
  { retentionMs, checkedUntil }: { retentionMs: number; checkedUntil: number | null },
): CheckPlan {
  // A request that began in an hour may commit after it, and the clocks that dated it may differ.
  const end = hourOf(now - limits.commitWaitMaxMs - limits.ledgerClockMarginMs);
  const oldest = ledgerRange({}, now, retentionMs)?.fromHour ?? end;
  const hours: number[] = [];
  // A clock that went back since the last check adds to hours that it went through.
  const from = Math.min(checkedUntil ?? oldest, end);
  for (let hour = Math.max(oldest, from); hour < end; hour += hourMs) hours.push(hour);
  const again = end - hourMs - limits.ledgerSecondCheckMs;
  const tailUntil = now - limits.overdueAfterMs;
  return {
    hours,
    from,
    again: again >= oldest && !hours.includes(again) ? again : null,
    tail: end < tailUntil ? { fromHour: end, untilHour: tailUntil } : null,
  };
}

/** What the rows of one subscription, or of all, say that its counters of an hour should be. */
export type RowCounts = {
  byStatus: StatusCounts;
  /** Epoch ms of the latest change of a row. */
  changedAt: number;
};

export const noRows: RowCounts = { byStatus: noStatuses, changedAt: 0 };

export function countRow({ byStatus, changedAt }: RowCounts, delivery: Delivery): RowCounts {
  const { status, updatedAt } = delivery;
  return {
    byStatus: isCounted(delivery) ? { ...byStatus, [status]: byStatus[status] + 1 } : byStatus,
    changedAt: Math.max(changedAt, updatedAt),
  };
}

/** By subscription, with the tenant's own counters under null. */
export type CountsByOwner = Map<SubscriptionId | null, RowCounts>;

/** What must be added to the counters so that they agree with the rows; null when they do. */
export function correctionOf(
  rows: StatusCounts,
  counted: Pick<StatsHour, 'byStatus'> | undefined,
): StatusCounts | null {
  const correction = { ...noStatuses };
  let agrees = true;
  for (const status of Object.keys(correction) as (keyof StatusCounts)[]) {
    correction[status] = rows[status] - (counted?.byStatus[status] ?? 0);
    if (correction[status] !== 0) agrees = false;
  }
  return agrees ? null : correction;
}
