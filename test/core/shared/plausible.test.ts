import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { isFromTheFuture, plausible } from '../../../lambdas/core/shared/plausible.ts';
import { noon } from '../../support/factories.ts';

const { clockStepMs } = limits;

describe('a stored instant', () => {
  it('is believed as far ahead as its rule allows', () => {
    for (const ms of [-3_600_000, 0, 60_000, 60_000 + clockStepMs]) {
      expect(plausible(noon + ms, noon, 60_000)).toBe(noon + ms);
    }
  });

  it('counts as now beyond that: a clock was ahead when it was stored', () => {
    expect(plausible(noon + 60_000 + clockStepMs + 1, noon, 60_000)).toBe(noon);
    expect(plausible(noon + 86_400_000 * 400, noon, 60_000)).toBe(noon);
  });
});

describe('the reading of a clock', () => {
  it('is from the future if it is later than clocks may differ', () => {
    expect(isFromTheFuture(noon + clockStepMs, noon)).toBe(false);
    expect(isFromTheFuture(noon + clockStepMs + 1, noon)).toBe(true);
  });
});
