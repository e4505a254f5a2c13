import { describe, expect, it } from 'vitest';
import { createClockWatch } from '../../bin/local/clock-watch.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { createTestClock } from '../support/clock.ts';

function setup() {
  const clock = createTestClock();
  let steadyMs = 0;
  const jumps: number[] = [];
  const lines: object[] = [];
  const log = {
    info: (name: string, fields: object) => lines.push({ name, ...fields }),
    error() {},
  };
  const watch = createClockWatch({ clock, log }, () => steadyMs);
  watch.onJump((byMs) => jumps.push(byMs));
  const pass = (ms: number) => {
    clock.advance(ms);
    steadyMs += ms;
  };
  return { clock, watch, jumps, lines, pass };
}

describe('the watch over the clock', () => {
  it('tells of a jump in either direction, once, and by how much', () => {
    const { clock, watch, jumps, lines, pass } = setup();
    pass(60_000);
    watch.now();
    for (const byMs of [3_600_000, -7_200_000]) {
      clock.advance(byMs);
      pass(500);
      expect(watch.now()).toBe(clock.now());
      watch.now();
    }
    expect(jumps).toEqual([3_600_000, -7_200_000]);
    expect(lines).toEqual(jumps.map((byMs) => ({ name: 'clock.jumped', byMs })));
  });

  it('knows what is no jump: time, a pause of the process, and a clock that is corrected little by little', () => {
    const { clock, watch, jumps, pass } = setup();
    pass(3_600_000);
    watch.now();
    for (let second = 0; second < 60; second += 1) {
      clock.advance(limits.clockStepMs);
      pass(1_000);
      watch.now();
    }
    expect(jumps).toEqual([]);
  });
});
