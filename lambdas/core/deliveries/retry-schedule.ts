// When to retry. A schedule lists the wait after each failed attempt, so there is one send more
// than there are waits.
import { limits } from '../../contract/limits/limits.ts';

export type RetryScheduleName = 'standard' | 'fast';
/** A preset, or the waits in seconds. */
export type RetrySchedule = RetryScheduleName | readonly number[];

const minute = 60;
const hour = 60 * minute;

/** Waits in seconds. `standard`: ten sends in about 76 h (Standard Webhooks' example). `fast`: six sends in 22 min. */
export const retrySchedules = {
  standard: [
    5,
    5 * minute,
    30 * minute,
    2 * hour,
    5 * hour,
    10 * hour,
    14 * hour,
    20 * hour,
    24 * hour,
  ],
  fast: [10, 30, 60, 300, 900],
} as const satisfies Record<RetryScheduleName, readonly number[]>;

export function waitsOf(schedule: RetrySchedule): readonly number[] {
  return typeof schedule === 'string' ? retrySchedules[schedule] : schedule;
}

/** Sends per cycle. */
export function sendsMax(schedule: RetrySchedule): number {
  return waitsOf(schedule).length + 1;
}

/**
 * Ms to wait after the given failed attempt of a cycle (from 1), or null when the schedule is used up.
 * `jitter` in [0, 1) spreads the wait evenly over ±20 %.
 */
export function retryDelayMs(
  schedule: RetrySchedule,
  failedAttempt: number,
  jitter: number,
): number | null {
  const seconds = waitsOf(schedule)[failedAttempt - 1];
  if (seconds === undefined) return null;
  return Math.round(seconds * 1_000 * spread(jitter));
}

/** Evenly over ±20 %; `jitter` in [0, 1). */
export function spread(jitter: number): number {
  return 1 - limits.jitterRatio + 2 * limits.jitterRatio * jitter;
}

/** The maximum duration of a whole cycle in ms, attempts included. */
export function cycleLengthMaxMs(schedule: RetrySchedule): number {
  const waits = waitsOf(schedule);
  const waitedMs = waits.reduce((sum, seconds) => sum + seconds * 1_000, 0);
  return waitedMs * (1 + limits.jitterRatio) + (waits.length + 1) * limits.deliveryTimeoutMsMax;
}
