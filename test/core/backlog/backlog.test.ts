import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import {
  drainRate,
  drainSeconds,
  pageSize,
  usualRate,
} from '../../../lambdas/core/backlog/backlog.ts';
import { noStatuses } from '../../../lambdas/core/ledger/stats.ts';

const minute = 60_000;

const anHour = (counts: Partial<typeof noStatuses>) => ({ byStatus: { ...noStatuses, ...counts } });

const rate = fc.double({ min: 0, max: 10_000, noNaN: true });
const elapsed = fc.oneof(fc.integer({ min: -minute, max: 10 * minute }), fc.constant(Infinity));

describe('the usual rate', () => {
  it('is that of the busiest hour, whatever became of what was accepted', () => {
    const hours = [
      anHour({ delivered: 3_600 }),
      anHour({ delivered: 1_800, parked: 5_000, failed: 300, retrying: 100 }),
      anHour({ parked: 10 }),
    ];
    expect(usualRate(hours)).toBe(2);
  });

  it('is zero if nothing was accepted', () => {
    expect(usualRate([])).toBe(0);
    expect(usualRate([anHour({})])).toBe(0);
  });
});

describe('the pace of a recovery', () => {
  it('starts at a quarter of three quarters of the usual rate, and doubles every minute', () => {
    const at = (ms: number) => drainRate('recovery', 8, ms);
    expect([0, 59_999, minute, 2 * minute, 3 * minute, Infinity].map(at)).toEqual([
      1.5, 1.5, 3, 6, 6, 6,
    ]);
  });

  it('does not start slower when the clocks of two functions differ', () => {
    expect(drainRate('recovery', 8, -minute)).toBe(drainRate('recovery', 8, 0));
  });

  it("is high enough for a quiet subscription's backlog to finish", () => {
    expect(drainRate('recovery', 0, Infinity)).toBe(limits.recoveryDrainPerSecondMin);
    expect(drainRate('recovery', 0, 0)).toBe(
      limits.recoveryDrainPerSecondMin * limits.rampStartRatio,
    );
  });

  it('is never more than the usual rate, so that with fresh events it is at most doubled', () => {
    fc.assert(
      fc.property(rate, elapsed, (usual, ms) => {
        const most = Math.max(usual, limits.recoveryDrainPerSecondMin);
        expect(drainRate('recovery', usual, ms)).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('is never nothing and never goes back', () => {
    fc.assert(
      fc.property(rate, elapsed, fc.nat(10 * minute), (usual, ms, more) => {
        const now = drainRate('recovery', usual, ms);
        expect(now).toBeGreaterThan(0);
        expect(drainRate('recovery', usual, ms + more)).toBeGreaterThanOrEqual(now);
      }),
    );
  });
});

describe('the pace after a pause', () => {
  it('is the usual rate from the start, and fifty a second at least', () => {
    expect(drainRate('resume', 3, 0)).toBe(limits.resumeDrainPerSecondMin);
    expect(drainRate('resume', 200, 0)).toBe(200);
  });
});

describe('a page', () => {
  it('is what can be sent within half a minute, and never empty', () => {
    expect(pageSize(0.001)).toBe(1);
    expect(pageSize(1)).toBe(30);
    expect(pageSize(1.01)).toBe(31);
    expect(pageSize(1_000)).toBe(limits.jobPageSize);
  });

  it('is sent in its time at any pace, give or take one delivery', () => {
    const pace = fc.double({ min: 0.01, max: 10_000, noNaN: true });
    fc.assert(
      fc.property(pace, (perSecond) => {
        const size = pageSize(perSecond);
        expect(Number.isInteger(size) && size >= 1 && size <= limits.jobPageSize).toBe(true);
        expect(((size - 1) / perSecond) * 1_000).toBeLessThanOrEqual(limits.backlogPageMs + 1e-6);
      }),
    );
  });
});

describe('the time that a backlog takes', () => {
  it('is rounded up to whole seconds, and nothing takes none', () => {
    expect(drainSeconds(0, 0.15)).toBe(0);
    expect(drainSeconds(1, 50)).toBe(1);
    expect(drainSeconds(10, 3)).toBe(4);
  });
});
