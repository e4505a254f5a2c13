// The clock for permanent removal. A clock that jumped ahead may be wrong, and jump back: the jump
// counts only after it has lasted an hour. Until then this clock continues from the moment of the
// jump.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { Clock } from '../../lambdas/core/ports.ts';

/** All in ms; `now` is the wall clock's reading, `steady` the monotonic one's. */
export type Reading = { now: number; steady: number };

export type Settled = {
  /** The accepted offset of the wall clock from the steady one. */
  offsetMs: number;
  /**
   * By the steady clock, when the wall clock was first seen to have jumped ahead; null if it has
   * not.
   */
  jumpedAt: number | null;
};

export function afterReading({ offsetMs, jumpedAt }: Settled, { now, steady }: Reading): Settled {
  const seenMs = now - steady;
  if (seenMs <= offsetMs + limits.clockStepMs) return { offsetMs: seenMs, jumpedAt: null };
  const since = jumpedAt ?? steady;
  const isSettled = steady - since >= limits.localJumpSettledMs;
  return isSettled ? { offsetMs: seenMs, jumpedAt: null } : { offsetMs, jumpedAt: since };
}

/**
 * The clock may also have jumped before startup: it is believed up to a day past the last stored
 * time.
 */
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
