// The clock for what is removed for good. One that jumped ahead may be wrong, and jump back: it counts only once that has
// lasted for an hour. Until then this one goes on from the moment of the jump.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { Clock } from '../../lambdas/core/ports.ts';

/** All in ms; `now` is the clock's reading, `steady` that of one which never steps. */
export type Reading = { now: number; steady: number };

export type Settled = {
  /** What the clock is ahead of the steady one, as it is believed. */
  offsetMs: number;
  /** By the steady clock, when the other was first seen to have jumped ahead; null while it has not. */
  jumpedAt: number | null;
};

export function afterReading({ offsetMs, jumpedAt }: Settled, { now, steady }: Reading): Settled {
  const seenMs = now - steady;
  if (seenMs <= offsetMs + limits.clockStepMs) return { offsetMs: seenMs, jumpedAt: null };
  const since = jumpedAt ?? steady;
  const isSettled = steady - since >= limits.localJumpSettledMs;
  return isSettled ? { offsetMs: seenMs, jumpedAt: null } : { offsetMs, jumpedAt: since };
}

/** At a start the clock may have jumped, too: it is believed to be at most a day beyond what was last stored. */
export function settledAtStart({ now, steady }: Reading, lastStoredAt: number | null): Settled {
  const believed = Math.min(now, (lastStoredAt ?? now) + limits.localIdleMsMax);
  return { offsetMs: believed - steady, jumpedAt: null };
}

export function createSettledClock(clock: Clock, lastStoredAt: number | null): Clock {
  const read = (): Reading => ({ now: clock.now(), steady: performance.now() });
  let settled = settledAtStart(read(), lastStoredAt);
  return {
    now() {
      const reading = read();
      settled = afterReading(settled, reading);
      return Math.round(reading.steady + settled.offsetMs);
    },
  };
}
