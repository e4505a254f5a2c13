// The ledger compares what was accepted with what became of it. An entry is written with every
// delivery's row and never again, so it still names a row that was lost. An hour's accepted
// deliveries are its scheduled, parked, delivered, failed and cancelled ones, plus the missing
// ones, of which there must be none.
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
  /** Null if there is no row, or it has expired. */
  delivery: Delivery | null;
};

/** What was accepted in one hour. `accepted` is the sum of the statuses and the missing. */
export type LedgerHour = {
  /** Epoch ms of the hour's start. */
  hour: number;
  accepted: number;
  byStatus: StatusCounts;
  missing: number;
  /** The scheduled ones whose message must be presumed lost. */
  overdue: number;
};

/**
 * A delivery whose row should still exist but does not. The clocks that dated row and entry may
 * differ a little.
 */
export function isMissing({ delivery, keptUntil }: LedgerEntry, now: number): boolean {
  return delivery === null && now < keptUntil - limits.ledgerClockMarginMs;
}

/**
 * By hour, oldest first; hours without entries are absent. Rows that expired normally do not count.
 */
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
 * The whole hours asked for of which every row must still exist; up to now by default. Null if
 * there are none.
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

/** The hours that the hourly check covers, in epoch ms. */
export type CheckPlan = {
  /** First visit, oldest first: all unchecked hours that can no longer grow. */
  hours: readonly number[];
  /** Every hour before this was checked. */
  from: number;
  /** Second visit, a day after the first: finds what was lost since. */
  again: number | null;
  /** Hours that are still too young, checked for overdue deliveries. */
  tail: HourRange | null;
};

export function checkPlan(
  now: number,
  { retentionMs, checkedUntil }: { retentionMs: number; checkedUntil: number | null },
): CheckPlan {
  // A request may begin in one hour and commit in the next, and the clocks that dated it may
  // differ.
  const end = hourOf(now - limits.commitWaitMaxMs - limits.ledgerClockMarginMs);
  const oldest = ledgerRange({}, now, retentionMs)?.fromHour ?? end;
  const hours: number[] = [];
  // A clock that has gone back since the last check adds to hours already checked.
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

/** What an hour's counters should be, by the rows of one subscription or of all. */
export type RowCounts = {
  byStatus: StatusCounts;
  /** Epoch ms of the latest row change. */
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

/** The correction that makes the counters agree with the rows; null if they already do. */
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
