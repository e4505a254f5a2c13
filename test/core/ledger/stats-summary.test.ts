import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { hourMs, latencyBoundsMs, noStatuses } from '../../../lambdas/core/ledger/stats.ts';
import type { StatsHour } from '../../../lambdas/core/ledger/stats.ts';
import { percentile, statsRange, summarize } from '../../../lambdas/core/ledger/stats-summary.ts';
import { latencyBuckets } from '../../support/factories.ts';

const noon = Date.UTC(2035, 0, 15, 12);
const retentionMs = 72 * hourMs;
const all = { since: undefined, until: undefined };

function anHour(fields: Partial<StatsHour>): StatsHour {
  return { hour: noon, byStatus: noStatuses, attempts: 0, latency: latencyBuckets({}), ...fields };
}

describe('the window', () => {
  test('is the retention up to the end of this hour', () => {
    for (const now of [noon, noon + 1, noon + hourMs - 1]) {
      const untilHour = noon + hourMs;
      expect(statsRange(all, now, retentionMs)).toEqual({
        fromHour: untilHour - retentionMs,
        untilHour,
      });
    }
  });

  test('is never longer than its limit', () => {
    const { statsWindowMsMax } = limits;
    const untilHour = noon + hourMs;
    const range = { fromHour: untilHour - statsWindowMsMax, untilHour };
    expect(statsRange(all, noon, 2 * statsWindowMsMax)).toEqual(range);
    expect(statsRange({ ...all, since: 0 }, noon, retentionMs)).toEqual(range);
  });

  test('covers the hours that were asked for in part', () => {
    const asked = { since: noon - hourMs - 1, until: noon - 1 };
    expect(statsRange(asked, noon, retentionMs)).toEqual({
      fromHour: noon - 2 * hourMs,
      untilHour: noon,
    });
  });

  test('is whole hours in the past, whatever is asked', () => {
    const at = fc.option(fc.integer({ min: -1e14, max: 3e14 }), { nil: undefined });
    fc.assert(
      fc.property(at, at, (since, until) => {
        const range = statsRange({ since, until }, noon, retentionMs);
        if (range === null) return;
        const { fromHour, untilHour } = range;
        expect([fromHour % hourMs, untilHour % hourMs]).toEqual([0, 0]);
        expect(fromHour).toBeGreaterThanOrEqual(0);
        expect(untilHour).toBeLessThanOrEqual(noon + hourMs);
        expect(untilHour - fromHour).toBeGreaterThan(0);
        expect(untilHour - fromHour).toBeLessThanOrEqual(limits.statsWindowMsMax);
      }),
    );
  });

  test.each([
    { since: noon, until: noon },
    { since: noon + 2 * hourMs, until: undefined },
    { since: undefined, until: 0 },
    { since: undefined, until: -1e14 },
  ])('is none for %o', (asked) => {
    expect(statsRange(asked, noon, retentionMs)).toBeNull();
  });
});

describe('the summary', () => {
  const range = { fromHour: noon - 2 * hourMs, untilHour: noon + hourMs };

  test('adds up the hours and shows empty ones', () => {
    const hours = [
      anHour({ hour: noon - 2 * hourMs, byStatus: { ...noStatuses, delivered: 2 }, attempts: 3 }),
      anHour({ byStatus: { ...noStatuses, failed: 1, parked: 4, cancelled: 1 }, attempts: 6 }),
    ];
    expect(summarize(hours, range)).toEqual({
      range,
      total: 8,
      byStatus: { ...noStatuses, delivered: 2, failed: 1, parked: 4, cancelled: 1 },
      successRate: 66.7,
      attempts: 9,
      averageAttempts: 3,
      latencyMs: null,
      hourly: [
        { hour: noon - 2 * hourMs, total: 2, byStatus: hours[0]?.byStatus, attempts: 3 },
        { hour: noon - hourMs, total: 0, byStatus: noStatuses, attempts: 0 },
        { hour: noon, total: 6, byStatus: hours[1]?.byStatus, attempts: 6 },
      ],
    });
  });

  test('counts only finished deliveries in the success rate', () => {
    const byStatus = { ...noStatuses, pending: 5, retrying: 5, parked: 5, cancelled: 5 };
    expect(summarize([anHour({ byStatus })], range).successRate).toBeNull();
    const done = { ...byStatus, delivered: 1, failed: 1 };
    expect(summarize([anHour({ byStatus: done })], range).successRate).toBe(50);
  });

  test('divides attempts by the deliveries that have been tried', () => {
    const byStatus = { ...noStatuses, delivered: 1, failed: 1, retrying: 1, parked: 9 };
    const summary = summarize([anHour({ byStatus, attempts: 7 })], range);
    expect(summary.averageAttempts).toBe(2.33);
  });
});

describe('a percentile', () => {
  test('lies within its bucket, evenly spread', () => {
    // A hundred attempts of 100 to 250 ms: half of them end by the middle.
    expect(percentile(latencyBuckets({ 4: 100 }), 0.5)).toBe(175);
    expect(percentile(latencyBuckets({ 0: 10 }), 0.5)).toBe(5);
    expect(percentile(latencyBuckets({ 0: 50, 3: 50 }), 0.95)).toBe(95);
  });

  test('of the open bucket is its lower bound', () => {
    expect(percentile(latencyBuckets({ [latencyBoundsMs.length]: 3 }), 0.99)).toBe(30_000);
  });

  const counts = fc
    .array(fc.nat(1_000), {
      minLength: latencyBoundsMs.length + 1,
      maxLength: latencyBoundsMs.length + 1,
    })
    .filter((buckets) => buckets.some((count) => count > 0));

  test('never decreases as the share grows', () => {
    fc.assert(
      fc.property(
        counts,
        fc.tuple(
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.double({ min: 0, max: 1, noNaN: true }),
        ),
        (buckets, [a, b]) => {
          const [low, high] = [
            percentile(buckets, Math.min(a, b)),
            percentile(buckets, Math.max(a, b)),
          ];
          expect(low).toBeLessThanOrEqual(high);
        },
      ),
    );
  });

  test('is in the bucket where a sorted list would have it', () => {
    fc.assert(
      fc.property(counts, fc.double({ min: 0.01, max: 1, noNaN: true }), (buckets, share) => {
        const uppers = buckets.flatMap((count, index) =>
          Array.from({ length: count }, () => latencyBoundsMs[index] ?? 30_000),
        );
        const upper = uppers[Math.ceil(share * uppers.length) - 1] ?? 0;
        const lower = latencyBoundsMs[latencyBoundsMs.indexOf(upper as 10) - 1] ?? 0;
        const estimate = percentile(buckets, share);
        expect(estimate).toBeGreaterThanOrEqual(lower);
        expect(estimate).toBeLessThanOrEqual(upper);
      }),
    );
  });
});
