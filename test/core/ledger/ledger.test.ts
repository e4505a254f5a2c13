import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import type { Delivery, DeliveryStatus } from '../../../lambdas/core/deliveries/delivery.ts';
import type { LedgerEntry } from '../../../lambdas/core/ledger/ledger.ts';
import {
  correctionOf,
  countRow,
  checkPlan,
  isMissing,
  ledgerHours,
  ledgerRange,
  noRows,
} from '../../../lambdas/core/ledger/ledger.ts';
import { hourMs, noStatuses } from '../../../lambdas/core/ledger/stats.ts';
import { aDelivery, changed, noon, retentionMs } from '../../support/factories.ts';

const minute = 60_000;
const statuses = Object.keys(noStatuses) as DeliveryStatus[];

function anEntry(fields: Partial<LedgerEntry> & { at?: number } = {}): LedgerEntry {
  const { at = noon, ...given } = fields;
  const delivery = aDelivery({ createdAt: at });
  return { id: delivery.id, keptUntil: at + retentionMs, delivery, ...given };
}

describe('an entry without a row', () => {
  test('is missing while its row must still exist, minus clock differences', () => {
    const entry = anEntry({ delivery: null });
    const end = entry.keptUntil - limits.ledgerClockMarginMs;
    expect(isMissing(entry, noon)).toBe(true);
    expect(isMissing(entry, end - 1)).toBe(true);
    expect(isMissing(entry, end)).toBe(false);
  });

  test('is not missing if there is a row', () => {
    expect(isMissing(anEntry(), noon)).toBe(false);
  });
});

describe('the hours of the ledger', () => {
  test('add up: accepted equals all statuses plus missing', () => {
    const arbitrary = fc.record({
      at: fc.integer({ min: noon - 5 * hourMs, max: noon }),
      status: fc.option(fc.constantFrom(...statuses)),
      keptForMs: fc.integer({ min: 0, max: retentionMs }),
    });
    fc.assert(
      fc.property(fc.array(arbitrary), (made) => {
        const entries = made.map(({ at, status, keptForMs }) =>
          anEntry({
            at,
            keptUntil: at + keptForMs,
            ...(status === null
              ? { delivery: null }
              : { delivery: aDelivery({ createdAt: at, status }) }),
          }),
        );
        const hours = ledgerHours(entries, noon);
        for (const { accepted, byStatus, missing } of hours) {
          const sum = Object.values(byStatus).reduce((total, count) => total + count, missing);
          expect(sum).toBe(accepted);
        }
        const owed = entries.filter((entry) => entry.delivery !== null || isMissing(entry, noon));
        expect(hours.reduce((total, { accepted }) => total + accepted, 0)).toBe(owed.length);
      }),
    );
  });

  test('go by time of acceptance, and omit hours in which nothing was accepted', () => {
    const entries = [
      anEntry({ at: noon - 1 }),
      anEntry({ at: noon }),
      anEntry({ at: noon + 1, delivery: null }),
      anEntry({ at: noon + 2 * hourMs }),
    ];
    const overdue = new Set([entries[1]!.id]);
    const byStatus = { ...noStatuses, pending: 1 };
    expect(ledgerHours(entries, noon + 3 * hourMs, overdue)).toEqual([
      { hour: noon - hourMs, accepted: 1, byStatus, missing: 0, overdue: 0 },
      { hour: noon, accepted: 2, byStatus, missing: 1, overdue: 1 },
      { hour: noon + 2 * hourMs, accepted: 1, byStatus, missing: 0, overdue: 0 },
    ]);
  });
});

describe('the range of the ledger', () => {
  const now = noon + 20 * minute;
  const day = 24 * hourMs;

  test('reaches from the first hour that is whole within the retention to the one that runs', () => {
    const range = ledgerRange({}, now, day);
    expect(range).toEqual({ fromHour: noon - day + hourMs, untilHour: noon + hourMs });
  });

  test.each([
    ['rounds to whole hours', { since: noon - 90 * minute, until: noon - 30 * minute }, [-2, 0]],
    ['ends with the hour that runs', { since: noon, until: noon + 9 * hourMs }, [0, 1]],
    ['begins where rows may have expired', { since: noon - 9 * day, until: noon }, [-23, 0]],
  ])('%s', (_, asked, [from, until]) => {
    expect(ledgerRange(asked, now, day)).toEqual({
      fromHour: noon + from! * hourMs,
      untilHour: noon + until! * hourMs,
    });
  });

  test.each([
    { since: noon + hourMs },
    { since: noon, until: noon },
    { until: noon - 2 * day },
    { since: noon, until: noon - hourMs },
  ])('is nothing for %o', (asked) => {
    expect(ledgerRange(asked, now, day)).toBeNull();
  });

  test('holds no moment at which a row may have expired', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10 * day }),
        fc.integer({ min: 1, max: 200 }),
        (ms, h) => {
          const at = noon + ms;
          const range = ledgerRange({}, at, h * hourMs);
          if (range !== null) expect(range.fromHour + h * hourMs).toBeGreaterThan(at);
        },
      ),
    );
  });
});

describe('the hourly check', () => {
  const at = noon + 30 * minute;
  const plan = (checkedUntil: number | null, now = at, keptMs = retentionMs) =>
    checkPlan(now, { retentionMs: keptMs, checkedUntil });

  test('goes back to hours that are open again, since the clock went back', () => {
    expect(plan(noon + hourMs)).toMatchObject({ hours: [], from: noon });
    expect(plan(noon)).toMatchObject({ hours: [], from: noon });
    expect(plan(noon - hourMs)).toMatchObject({ from: noon - hourMs });
  });

  test('looks at the last whole hour, and at the one that was so a day ago', () => {
    expect(plan(noon - hourMs)).toMatchObject({
      hours: [noon - hourMs],
      again: noon - 24 * hourMs,
    });
  });

  test('looks at no hour twice at first, but at all that no check has been through', () => {
    expect(plan(noon).hours).toEqual([]);
    expect(plan(noon - 3 * hourMs).hours).toEqual([3, 2, 1].map((ago) => noon - ago * hourMs));
  });

  test('looks at no hour to which a slow request may still add', () => {
    const openMs = limits.commitWaitMaxMs + limits.ledgerClockMarginMs;
    expect(plan(noon - hourMs, noon + openMs - 1).hours).toEqual([]);
    expect(plan(noon - hourMs, noon + openMs).hours).toEqual([noon - hourMs]);
  });

  test('looks at no hour whose rows may have expired', () => {
    expect(plan(null, at, 24 * hourMs)).toMatchObject({ again: null });
    expect(plan(null, at, 24 * hourMs).hours).toHaveLength(23);
    expect(plan(noon - 9 * hourMs, at, hourMs).hours).toEqual([]);
  });

  test('sees what is overdue in hours that are too young', () => {
    expect(plan(noon).tail).toBeNull();
    const late = noon + limits.overdueAfterMs + 1;
    expect(plan(noon, late).tail).toEqual({ fromHour: noon, untilHour: noon + 1 });
  });
});

describe('the counters', () => {
  const counted = (...deliveries: Delivery[]) => deliveries.reduce(countRow, noRows);
  const hourWith = (byStatus: object) => ({ byStatus: { ...noStatuses, ...byStatus } });

  test('do not count what was never attempted', () => {
    const fresh = aDelivery();
    expect(counted(fresh).byStatus).toEqual(noStatuses);
    const replayed = changed(fresh, { cycle: 2 });
    expect(counted(replayed).byStatus).toEqual({ ...noStatuses, pending: 1 });
  });

  test('are right where they say what the rows say, and where nothing counts', () => {
    const delivery = aDelivery({ status: 'delivered' });
    expect(correctionOf(counted(delivery).byStatus, hourWith({ delivered: 1 }))).toBeNull();
    expect(correctionOf(noStatuses, undefined)).toBeNull();
  });

  test('are corrected to what the rows say', () => {
    const rows = counted(
      aDelivery({ status: 'delivered' }),
      aDelivery({ status: 'delivered' }),
      aDelivery({ status: 'parked' }),
    ).byStatus;
    const wrong = hourWith({ delivered: 1, retrying: 2, parked: 1 });
    expect(correctionOf(rows, wrong)).toEqual({ ...noStatuses, delivered: 1, retrying: -2 });
    expect(correctionOf(rows, undefined)).toEqual({ ...noStatuses, delivered: 2, parked: 1 });
  });

  test('remember when a row last changed', () => {
    const older = aDelivery({ updatedAt: noon + 5 });
    const newer = aDelivery({ updatedAt: noon + 9 });
    expect(counted(newer, older).changedAt).toBe(noon + 9);
  });
});
