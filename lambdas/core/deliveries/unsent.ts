// Handles an attempt that could not begin because the service itself lacked a resource. It never
// counts: the message waits and proceeds under its turn, however long the shortage lasts.
import { limits } from '../../contract/limits/limits.ts';
import type { OwnFault } from '../shared/port-errors.ts';

/** The last time that sending failed, unless something was sent since. */
export type Unsent = { fault: OwnFault; at: number };

/**
 * Ms to wait after the given number of unsent tries: doubling, since duplicates of a message
 * multiply with every try. `jitter` in [0, 1) adds up to a fifth.
 */
export function unsentDelayMs(tries: number, jitter: number): number {
  const doublingsMax = 20;
  const delayMs = limits.unsentDelayMsMin * 2 ** Math.min(tries - 1, doublingsMax);
  return Math.round(Math.min(delayMs, limits.unsentDelayMsMax) * (1 + limits.jitterRatio * jitter));
}

/** What the service lacks now, or null: a shortage not seen for a while is over. */
export function presentFault(unsent: Unsent | null, now: number): OwnFault | null {
  if (unsent === null) return null;
  return Math.abs(now - unsent.at) <= limits.unsentShownMs ? unsent.fault : null;
}
