// Whether a stored instant is plausible. A clock may have been wrong when it was stored, or have
// been set since: an instant that delays work must not delay it for as long as a clock was once
// ahead.
import { limits } from '../../contract/limits/limits.ts';

/** The instant; or now, if it is further ahead than its rule allows. All in epoch ms. */
export function plausible(at: number, now: number, aheadMsMax: number): number {
  return at - now > aheadMsMax + limits.clockStepMs ? now : at;
}

/**
 * True if a past clock reading lies in the future: the clock was ahead, or has stepped back since.
 */
export function isFromTheFuture(readAt: number, now: number): boolean {
  return readAt - now > limits.clockStepMs;
}
