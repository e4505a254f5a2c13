import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits.ts';
import { blockLimit, blockUnits, freeUnits, spend, unitsOf } from '../../lambdas/core/quota.ts';
import type { Meter } from '../../lambdas/core/quota.ts';
import { reserveSlot } from '../../lambdas/core/rate-limit.ts';

describe('units', () => {
  it.each([
    [0, 1],
    [1, 1],
    [8_192, 1],
    [8_193, 2],
    [limits.bodyBytesMax, 40],
  ])('%d bytes count %d', (bytes, units) => {
    expect(unitsOf(bytes)).toBe(units);
  });
});

/** Processes that share one quota, and a store that gives blocks to all of them. */
function accepted(
  { unitsPerSecond, processes }: { unitsPerSecond: number; processes: number },
  wishes: readonly { afterMs: number; units: number; process: number }[],
): { units: number; lastsMs: number } {
  const quota = { unitsPerSecond };
  const meters = new Map<number, Meter>();
  let busyUntil: number | undefined;
  let now = 1_000_000;
  let units = 0;
  for (const wish of wishes) {
    now += wish.afterMs;
    const process = wish.process % processes;
    for (let tries = 0; tries < 3; tries += 1) {
      const spending = spend(meters.get(process), wish.units, { now, quota });
      if (spending.kind === 'refused') {
        expect(spending.retryAfterMs).toBeGreaterThan(0);
        break;
      }
      meters.set(process, spending.meter);
      if (spending.kind === 'spent') {
        units += wish.units;
        break;
      }
      const reserved = reserveSlot(blockLimit(quota), busyUntil, now);
      busyUntil = reserved.busyUntil;
      const block = { from: reserved.slotAt, units: blockUnits(quota) };
      meters.set(process, { ...spending.meter, block });
    }
  }
  return { units, lastsMs: now - 1_000_000 };
}

describe('a quota', () => {
  const wishes = fc.array(
    fc.record({
      afterMs: fc.nat(400),
      units: fc.integer({ min: 1, max: 40 }),
      process: fc.nat(9),
    }),
    { maxLength: 2_000 },
  );

  it('lets through its rate, ten seconds at once, and a little of each process, whatever is asked', () => {
    fc.assert(
      fc.property(wishes, fc.integer({ min: 1, max: 2_000 }), (all, unitsPerSecond) => {
        const quota = { unitsPerSecond };
        const processes = 10;
        const { units, lastsMs } = accepted({ unitsPerSecond, processes }, all);
        const windows = Math.floor(lastsMs / limits.quotaWindowMs) + 2;
        const most =
          (unitsPerSecond * lastsMs) / 1_000 +
          blockUnits(quota) * (blockLimit(quota).burst + 1) +
          processes * windows * freeUnits(quota);
        expect(units).toBeLessThanOrEqual(most);
      }),
      { numRuns: 100 },
    );
  });

  it('lets a steady producer that keeps to it through without a refusal', () => {
    const all = Array.from({ length: 5_000 }, (_, index) => ({
      afterMs: 2,
      units: 1,
      process: index,
    }));
    expect(accepted({ unitsPerSecond: 1_000, processes: 4 }, all).units).toBe(5_000);
  });

  it('asks nobody for a quiet producer', () => {
    const quota = { unitsPerSecond: 500 };
    let meter: Meter | undefined;
    for (let now = 0; now < 3_600_000; now += 1_000) {
      const spending = spend(meter, 1, { now, quota });
      expect(spending.kind).toBe('spent');
      if (spending.kind === 'spent') ({ meter } = spending);
    }
  });
});
