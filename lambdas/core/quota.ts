// How much may be accepted of one API key, or for one subscription: so many units a second, where an event counts one for
// each started 8 KB. A process takes units in blocks from what all share, so that an event costs no write of its own, and
// spends a little without asking, so that a quiet producer costs none at all. Pure: the time comes in as a value.
import { limits } from '../contract/limits.ts';
import type { RateLimit } from './rate-limit.ts';

export type Quota = { unitsPerSecond: number };

/** What one process knows of a quota. Times are ms of a clock that never steps. */
export type Meter = {
  /** What was spent without asking, since when. */
  free: { from: number; units: number };
  /** Taken from what is shared; good from then on, and for `limits.quotaBlockMs`. */
  block: { from: number; units: number } | null;
};

export type Spending =
  | { kind: 'spent'; meter: Meter }
  /** A block is wanted from what is shared. */
  | { kind: 'ask'; meter: Meter }
  | { kind: 'refused'; retryAfterMs: number };

export function unitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / limits.quotaUnitBytes));
}

/** A fifth of a second's worth, and never less than the largest event needs. */
export function blockUnits({ unitsPerSecond }: Quota): number {
  return Math.max(unitsOf(limits.bodyBytesMax), Math.ceil(unitsPerSecond / 5));
}

/** What is shared gives blocks at this rate, after a quiet time ten seconds' worth at once. */
export function blockLimit(quota: Quota): RateLimit {
  const perSecond = quota.unitsPerSecond / blockUnits(quota);
  return { perSecond, burst: Math.max(1, Math.round(perSecond * limits.quotaBurstSeconds)) };
}

/** Of each process, in each window: a fiftieth of the rate. */
export function freeUnits({ unitsPerSecond }: Quota): number {
  return Math.floor((unitsPerSecond * limits.quotaFreeRatio * limits.quotaWindowMs) / 1_000);
}

export function spend(
  known: Meter | undefined,
  units: number,
  at: { now: number; quota: Quota },
): Spending {
  const { now, quota } = at;
  const meter = current(known, now);
  const { free, block } = meter;
  if (free.units + units <= freeUnits(quota)) {
    return { kind: 'spent', meter: { ...meter, free: { ...free, units: free.units + units } } };
  }
  if (block === null) return { kind: 'ask', meter };
  if (block.from > now) return { kind: 'refused', retryAfterMs: block.from - now };
  if (block.units < units) return { kind: 'ask', meter };
  return { kind: 'spent', meter: { ...meter, block: { ...block, units: block.units - units } } };
}

function current(known: Meter | undefined, now: number): Meter {
  const free = known?.free ?? { from: now, units: 0 };
  const block = known?.block ?? null;
  const isOld = now - free.from >= limits.quotaWindowMs;
  const isSpoilt = block !== null && now - block.from >= limits.quotaBlockMs;
  return { free: isOld ? { from: now, units: 0 } : free, block: isSpoilt ? null : block };
}
