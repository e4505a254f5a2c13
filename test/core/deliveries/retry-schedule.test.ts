import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import {
  cycleLengthMaxMs,
  retryDelayMs,
  sendsMax,
} from '../../../lambdas/core/deliveries/retry-schedule.ts';

const schedule = fc.oneof(
  fc.constantFrom('standard' as const, 'fast' as const),
  fc.array(fc.integer({ min: 1, max: 604_800 }), { maxLength: 30 }),
);
const jitter = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('retryDelayMs', () => {
  it('follows the standard schedule: ten sends', () => {
    const waits = Array.from({ length: 10 }, (_, index) =>
      retryDelayMs('standard', index + 1, 0.5),
    );
    const hour = 3_600_000;
    expect(waits).toEqual([
      5_000,
      300_000,
      1_800_000,
      2 * hour,
      5 * hour,
      10 * hour,
      14 * hour,
      20 * hour,
      24 * hour,
      null,
    ]);
    expect(sendsMax('standard')).toBe(10);
  });

  it("follows the seed's schedule: six sends, the last of which it never made", () => {
    const waits = Array.from({ length: 6 }, (_, index) => retryDelayMs('fast', index + 1, 0.5));
    expect(waits).toEqual([10_000, 30_000, 60_000, 300_000, 900_000, null]);
    expect(sendsMax('fast')).toBe(6);
  });

  it('stays within a fifth of the base, reaches both ends, and ends with the schedule', () => {
    fc.assert(
      fc.property(schedule, fc.integer({ min: 1, max: 31 }), jitter, (waits, failed, chance) => {
        const delay = retryDelayMs(waits, failed, chance);
        const base = retryDelayMs(waits, failed, 0.5);
        if (failed >= sendsMax(waits)) return delay === null;
        if (delay === null || base === null) return false;
        return delay >= Math.floor(base * 0.8) && delay <= Math.ceil(base * 1.2);
      }),
    );
    expect(retryDelayMs([100], 1, 0)).toBe(80_000);
    expect(retryDelayMs([100], 1, 0.999_999)).toBe(120_000);
  });

  it('leaves room in the longest cycle for every attempt to time out', () => {
    expect(cycleLengthMaxMs([100, 200])).toBe(300_000 * 1.2 + 3 * limits.deliveryTimeoutMsMax);
    expect(cycleLengthMaxMs([])).toBe(limits.deliveryTimeoutMsMax);
  });

  it('never exceeds the longest cycle in sum', () => {
    fc.assert(
      fc.property(schedule, jitter, (waits, chance) => {
        let sum = 0;
        for (let failed = 1; failed < sendsMax(waits); failed += 1) {
          sum += retryDelayMs(waits, failed, chance) ?? 0;
        }
        return sum <= cycleLengthMaxMs(waits);
      }),
    );
  });
});
