// How much may be accepted from one API key or for one subscription, in events and bytes per
// second. A process takes both in blocks from a shared budget, so that an event costs no write of
// its own, and may spend a little without asking, so that a quiet producer costs none at all. Pure:
// the time comes in as a value.
import { limits } from '../../contract/limits/limits.ts';
import type { RateLimit } from '../endpoints/rate-limit.ts';

export type Amount = { events: number; bytes: number };
export type Measure = keyof Amount;

/** Per second; `Infinity` without a quota. */
export type Quota = Amount;

/** What one process knows of a quota. Times are ms of a monotonic clock. */
export type Meter = {
  /** Spent without asking, and since when. */
  free: Amount & { from: number };
  /**
   * Taken from the shared budget because `wanting` had run out; valid from `from` on, for
   * `limits.quotaBlockMs`.
   */
  block: (Amount & { from: number; wanting: Measure }) | null;
};

export type Spending =
  | { kind: 'spent'; meter: Meter }
  /** A block must be taken from the shared budget. */
  | { kind: 'ask'; meter: Meter; wanting: Measure }
  | { kind: 'refused'; retryAfterMs: number; wanting: Measure };

/** A fifth of a second's worth, but at least what the largest event needs. */
export function blockOf(quota: Quota): Amount {
  const seconds = blockSeconds(quota);
  return { events: quota.events * seconds, bytes: quota.bytes * seconds };
}

function blockSeconds({ events, bytes }: Quota): number {
  return Math.max(limits.quotaBlockSeconds, 1 / events, limits.bodyBytesMax / bytes);
}

/**
 * The shared budget hands out blocks at this rate; after a quiet time, ten seconds' worth at once.
 */
export function blockLimit(quota: Quota): RateLimit {
  const perSecond = 1 / blockSeconds(quota);
  return { perSecond, burst: Math.max(1, Math.round(perSecond * limits.quotaBurstSeconds)) };
}

/** Per process and window: a fiftieth of the rate. */
export function freeOf({ events, bytes }: Quota): Amount {
  const seconds = (limits.quotaFreeRatio * limits.quotaWindowMs) / 1_000;
  return { events: Math.floor(events * seconds), bytes: Math.floor(bytes * seconds) };
}

/**
 * Adds the requested block. The remainder that was too small for the event is kept, up to a block's
 * worth.
 */
export function withBlock(meter: Meter, fetched: { from: number; wanting: Measure }, quota: Quota) {
  const whole = blockOf(quota);
  const left = meter.block ?? { events: 0, bytes: 0 };
  const events = whole.events + Math.min(left.events, whole.events);
  const bytes = whole.bytes + Math.min(left.bytes, whole.bytes);
  return { ...meter, block: { ...fetched, events, bytes } };
}

export function spend(
  known: Meter | undefined,
  bytes: number,
  at: { now: number; quota: Quota },
): Spending {
  const { now, quota } = at;
  const meter = current(known, now);
  const { free, block } = meter;
  const event = { events: 1, bytes };
  const lacking = lackingOf(less(freeOf(quota), free), event);
  if (lacking === null) {
    return { kind: 'spent', meter: { ...meter, free: { ...free, ...more(free, event) } } };
  }
  if (block === null) return { kind: 'ask', meter, wanting: lacking };
  if (block.from > now) {
    return { kind: 'refused', retryAfterMs: block.from - now, wanting: block.wanting };
  }
  const wanting = lackingOf(block, event);
  if (wanting !== null) return { kind: 'ask', meter, wanting };
  return { kind: 'spent', meter: { ...meter, block: { ...block, ...less(block, event) } } };
}

function lackingOf(left: Amount, event: Amount): Measure | null {
  if (left.events < event.events) return 'events';
  return left.bytes < event.bytes ? 'bytes' : null;
}

function less(from: Amount, what: Amount): Amount {
  return { events: from.events - what.events, bytes: from.bytes - what.bytes };
}

function more(than: Amount, what: Amount): Amount {
  return { events: than.events + what.events, bytes: than.bytes + what.bytes };
}

function current(known: Meter | undefined, now: number): Meter {
  const free = known?.free ?? { from: now, events: 0, bytes: 0 };
  const block = known?.block ?? null;
  const isOld = now - free.from >= limits.quotaWindowMs;
  const isSpoilt = block !== null && now - block.from >= limits.quotaBlockMs;
  return {
    free: isOld ? { from: now, events: 0, bytes: 0 } : free,
    block: isSpoilt ? null : block,
  };
}
