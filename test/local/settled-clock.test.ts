import { describe, expect, it } from 'vitest';
import { afterReading, settledAtStart } from '../../bin/local/settled-clock.ts';
import type { Settled } from '../../bin/local/settled-clock.ts';
import { noon } from '../support/factories.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A clock that is `aheadMs` ahead `steady` ms after noon. */
const read = (steady: number, aheadMs = 0) => ({ now: noon + steady + aheadMs, steady });
const right: Settled = { offsetMs: noon, jumpedAt: null };

/** What each reading of a life minute by minute makes of the clock: how far it is believed to be ahead. */
function believed(aheadMsAt: (steady: number) => number, minutes: number): number[] {
  let settled = right;
  return Array.from({ length: minutes }, (_, index) => {
    settled = afterReading(settled, read(index * minute, aheadMsAt(index * minute)));
    return settled.offsetMs - noon;
  });
}

describe('the clock for what is removed for good', () => {
  it('goes on as before while another is ahead for less than an hour', () => {
    const ahead = believed((at) => (at > 5 * minute && at < 60 * minute ? 400 * day : 0), 120);
    expect(new Set(ahead)).toEqual(new Set([0]));
  });

  it('follows once that has lasted for an hour', () => {
    const ahead = believed((at) => (at > 5 * minute ? 400 * day : 0), 120);
    expect(ahead.slice(0, 66)).toEqual(Array<number>(66).fill(0));
    expect(ahead.slice(66)).toEqual(Array<number>(54).fill(400 * day));
  });

  it('begins the hour anew with each jump', () => {
    const ahead = believed((at) => (Math.floor(at / (30 * minute)) % 2) * day, 300);
    expect(new Set(ahead)).toEqual(new Set([0]));
  });

  it('follows a step back at once: that removes nothing', () => {
    expect(believed((at) => (at > 5 * minute ? -day : 0), 10).at(-1)).toBe(-day);
  });

  it('believes no start that is more than a day later than what was stored last', () => {
    const at = (lastStoredAt: number | null) =>
      settledAtStart(read(0, 400 * day), lastStoredAt).offsetMs - noon;
    expect(at(noon - hour)).toBe(day - hour);
    expect(at(noon + 400 * day - hour)).toBe(400 * day);
    expect(at(null)).toBe(400 * day);
  });
});
