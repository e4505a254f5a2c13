// What becomes of an attempt that could not begin for a want of the service's own. It never counts: the message waits and
// goes on under its turn, however long the want lasts.
import { limits } from '../../contract/limits/limits.ts';
import type { OwnFault } from '../shared/port-errors.ts';

/** The last time that nothing could be sent, unless something was sent since. */
export type Unsent = { fault: OwnFault; at: number };

/**
 * Ms to wait after the given number of tries that sent nothing: twice as long each time, since copies of a message that
 * the queue repeats multiply with every try. `jitter` in [0, 1) adds up to a fifth.
 */
export function unsentDelayMs(tries: number, jitter: number): number {
  const doublingsMax = 20;
  const delayMs = limits.unsentDelayMsMin * 2 ** Math.min(tries - 1, doublingsMax);
  return Math.round(Math.min(delayMs, limits.unsentDelayMsMax) * (1 + limits.jitterRatio * jitter));
}

/** What the service lacks now, or null: a want that nobody has met for a while is over. */
export function presentFault(unsent: Unsent | null, now: number): OwnFault | null {
  if (unsent === null) return null;
  return Math.abs(now - unsent.at) <= limits.unsentShownMs ? unsent.fault : null;
}
