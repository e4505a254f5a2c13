// Pauses that an endpoint requests with `Retry-After`. A pause is not a failure: it consumes no try
// of the schedule. But a pause that never ends is one, so after days of them they no longer hold a
// delivery back or spare its tries.
import { limits } from '../../contract/limits/limits.ts';
import type { Delivery } from './delivery.ts';
import type { Verdict } from './outcome.ts';
import { spread } from './retry-schedule.ts';

/** What an attempt counts as in the schedule. */
export type Tries = {
  /** The endpoint asked for a pause, which consumed no try. */
  isPause: boolean;
  /** Consumed tries of the cycle. */
  triesUsed: number;
};

export const noPauses = { pauses: 0, pausesSince: null };

export function heedsPauses({ pausesSince }: Delivery, now: number): boolean {
  return pausesSince === null || now - pausesSince < limits.pausesMsMax;
}

export function asksForPause(delivery: Delivery, verdict: Verdict, now: number): boolean {
  return verdict.kind === 'retry' && verdict.notBefore !== null && heedsPauses(delivery, now);
}

/**
 * The minimum wait in ms after the nth such attempt (from 1): an endpoint may ask for one second
 * forever.
 */
export function pauseDelayMs(attempt: number, jitter: number): number {
  const doublingsMax = 20;
  const delayMs = limits.pauseDelayMsMin * 2 ** Math.min(attempt - 1, doublingsMax);
  return Math.round(Math.min(delayMs, limits.pauseDelayMsMax) * spread(jitter));
}
