import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { presentFault, unsentDelayMs } from '../../../lambdas/core/deliveries/unsent.ts';

const jitters = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the wait of an unsent attempt', () => {
  it('stays within its bounds and a fifth more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }), jitters, (tries, jitter) => {
        const delayMs = unsentDelayMs(tries, jitter);
        expect(delayMs).toBeGreaterThanOrEqual(limits.unsentDelayMsMin);
        expect(delayMs).toBeLessThanOrEqual(limits.unsentDelayMsMax * (1 + limits.jitterRatio));
      }),
    );
  });

  it('doubles with every try', () => {
    expect([1, 2, 3, 8, 9].map((tries) => unsentDelayMs(tries, 0))).toEqual([
      5_000, 10_000, 20_000, 640_000, 900_000,
    ]);
  });
});

describe('the present fault', () => {
  const unsent = { fault: 'no_memory', at: 1_000_000 } as const;

  it('lasts a minute after the last shortage', () => {
    expect(presentFault(null, 0)).toBeNull();
    expect(presentFault(unsent, unsent.at + limits.unsentShownMs)).toBe('no_memory');
    expect(presentFault(unsent, unsent.at + limits.unsentShownMs + 1)).toBeNull();
  });

  it('is ignored if dated in the future by a clock that was once ahead', () => {
    expect(presentFault(unsent, unsent.at - limits.unsentShownMs - 1)).toBeNull();
  });
});
