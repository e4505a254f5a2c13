import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { reserveSlot, slotIntervalMs, slotOf } from '../../../lambdas/core/endpoints/rate-limit.ts';
import type { RateLimit } from '../../../lambdas/core/endpoints/rate-limit.ts';
import { noon } from '../../support/factories.ts';

const second = 1_000;
const hour = 3_600 * second;

/** The slots of reservations that are asked for at these times, one after the other. */
function slotsAt(limit: RateLimit, times: readonly number[]): number[] {
  let busyUntil: number | undefined;
  return times.map((now) => {
    const reserved = reserveSlot(limit, busyUntil, now);
    ({ busyUntil } = reserved);
    return reserved.slotAt;
  });
}

function after(...ms: number[]): number[] {
  return ms.map((each) => noon + each);
}

const limit: fc.Arbitrary<RateLimit> = fc.record({
  perSecond: fc.double({
    min: limits.rateLimitPerSecondMin,
    max: limits.rateLimitPerSecondMax,
    noNaN: true,
  }),
  burst: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 100 })),
});

/** When reservations are asked for: all at once, steadily, or after long quiet times. */
const asked: fc.Arbitrary<number[]> = fc
  .array(fc.oneof(fc.constant(0), fc.nat(20), fc.nat(10 * second), fc.nat(hour)), {
    minLength: 2,
    maxLength: 60,
  })
  .map((gaps) => {
    let at = noon;
    return gaps.map((gap) => (at += gap));
  });

describe('a slot', () => {
  it('is immediate for a full burst, then one by one', () => {
    const slots = slotsAt({ perSecond: 2, burst: 3 }, after(0, 0, 0, 0, 0));
    expect(slots).toEqual(after(0, 0, 0, 500, 1_000));
  });

  it('is immediate for callers within the limit', () => {
    const times = after(0, 500, 1_000, 1_700, 2_200);
    expect(slotsAt({ perSecond: 2, burst: 1 }, times)).toEqual(times);
  });

  it('is not saved up: a day of quiet allows one burst and no more', () => {
    const times = after(0, ...Array<number>(4).fill(24 * hour));
    expect(slotsAt({ perSecond: 1, burst: 2 }, times)).toEqual(
      after(0, 24 * hour, 24 * hour, 24 * hour + 1_000, 24 * hour + 2_000),
    );
  });

  it('may be far away if the limit is below one per second', () => {
    expect(slotsAt({ perSecond: 0.01, burst: 1 }, after(0, 0, 0))).toEqual(
      after(0, 100 * second, 200 * second),
    );
  });

  it('follows from the stored state alone', () => {
    fc.assert(
      fc.property(limit, fc.integer({ min: -10_000, max: 10_000 }), (about, inMs) => {
        const { busyUntil, slotAt } = reserveSlot(about, noon + inMs, noon);
        expect(slotOf(about, busyUntil, noon)).toBe(slotAt);
      }),
    );
  });
});

describe('the slots of a limit', () => {
  it('are never more than its rate and its burst allow, in any window', () => {
    fc.assert(
      fc.property(limit, asked, (about, times) => {
        const slots = slotsAt(about, times);
        const intervalMs = slotIntervalMs(about);
        for (const [from, first] of slots.entries()) {
          for (const [to, last] of slots.entries()) {
            if (to < from) continue;
            // A slot is a whole millisecond, so two may be nearer to each other by one.
            const allowed = about.burst + (last - first + 1) / intervalMs;
            expect(to - from + 1).toBeLessThanOrEqual(allowed + 1e-6);
          }
        }
      }),
    );
  });

  it('come in the order of asking, never before it, and none waits for more than those before it', () => {
    fc.assert(
      fc.property(limit, asked, (about, times) => {
        const slots = slotsAt(about, times);
        for (const [index, slot] of slots.entries()) {
          const now = times[index]!;
          expect(slot).toBeGreaterThanOrEqual(Math.max(now, slots[index - 1] ?? 0));
          // Who waits is one interval behind each that may not come before its own slot.
          const waiting = slots.slice(0, index).filter((earlier) => earlier >= now).length;
          expect(slot - now).toBeLessThanOrEqual((waiting + 1) * slotIntervalMs(about) + 1);
        }
      }),
    );
  });

  it('leave no room unused: a wait always follows a full burst or an earlier slot', () => {
    fc.assert(
      fc.property(limit, asked, (about, times) => {
        const slots = slotsAt(about, times);
        for (const [index, slot] of slots.entries()) {
          // A millisecond may be a matter of rounding.
          if (slot <= times[index]! + 1) continue;
          const from = slot - about.burst * slotIntervalMs(about) - 1;
          const near = slots.slice(0, index).filter((earlier) => earlier >= from).length;
          expect(near).toBeGreaterThanOrEqual(about.burst);
        }
      }),
    );
  });
});
