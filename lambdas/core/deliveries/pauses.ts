// Pauses that an endpoint asks for by `Retry-After`. A pause is no failure: it uses up no try of the schedule. But one that
// never ends is a failure, so after days of them they count no more, neither to hold a delivery back nor to spare its tries.
import { limits } from '../../contract/limits/limits.ts';
import type { Delivery } from './delivery.ts';
import type { Verdict } from './outcome.ts';
import { spread } from './retry-schedule.ts';

/** What an attempt was to the schedule. */
export type Tries = {
  /** The endpoint asked for a pause, which used up no try. */
  isPause: boolean;
  /** Tries of the cycle that are used up. */
  triesUsed: number;
};

export const noPauses = { pauses: 0, pausesSince: null };

export function heedsPauses({ pausesSince }: Delivery, now: number): boolean {
  return pausesSince === null || now - pausesSince < limits.pausesMsMax;
}

export function asksForPause(delivery: Delivery, verdict: Verdict, now: number): boolean {
  return verdict.kind === 'retry' && verdict.notBefore !== null && heedsPauses(delivery, now);
}

/** The least ms to wait after an attempt (from 1) that was answered so: an endpoint may ask for a second for ever. */
export function pauseDelayMs(attempt: number, jitter: number): number {
  const doublingsMax = 20;
  const delayMs = limits.pauseDelayMsMin * 2 ** Math.min(attempt - 1, doublingsMax);
  return Math.round(Math.min(delayMs, limits.pauseDelayMsMax) * spread(jitter));
}
