// The rate limit of a subscription: GCRA, a leaky bucket in one number. A reservation gives each
// attempt its own slot, in the order of asking, so that nothing starves: an attempt with a slot
// waits for it and is then sent.

import { isFromTheFuture } from '../shared/plausible.ts';

import type { SubscriptionId } from '../ids.ts';

export type RateLimit = {
  perSecond: number;
  /** The burst size after a quiet time. */
  burst: number;
};

/** A subscription, or an API key as `key_` and its id. */
export type RateLimitOwnerId = SubscriptionId | `key_${string}`;

export type RateLimitOwner = {
  tenant: string;
  ownerId: RateLimitOwnerId;
  limit: RateLimit;
  /** Sending to a subscription, or accepting for it: each has its own slots. */
  purpose: 'delivery' | 'ingest';
};

export type Reservation = {
  /** Epoch ms; now, if there is room. */
  slotAt: number;
  /** Epoch ms when everything reserved will have been sent: what the store keeps. */
  busyUntil: number;
};

export function slotIntervalMs({ perSecond }: RateLimit): number {
  return 1_000 / perSecond;
}

/** @param busyUntil as the last reservation left it; undefined before the first */
export function reserveSlot(
  limit: RateLimit,
  busyUntil: number | undefined,
  now: number,
): Reservation {
  const next = Math.max(busyUntil ?? now, now) + slotIntervalMs(limit);
  return { busyUntil: next, slotAt: slotOf(limit, next, now) };
}

/**
 * When the reserved slots end. Reservations queue up without bound, so only the clock reading of
 * the last one can reveal that it was ahead: then they are worthless and start over.
 */
export function knownBusyUntil(
  stored: { busyUntil: number; reservedAt: number | null } | undefined,
  now: number,
): number | undefined {
  if (stored === undefined || isFromTheFuture(stored.reservedAt ?? now, now)) return undefined;
  return stored.busyUntil;
}

/** The slot of the reservation that resulted in `busyUntil`. */
export function slotOf(limit: RateLimit, busyUntil: number, now: number): number {
  return Math.max(now, Math.ceil(busyUntil - limit.burst * slotIntervalMs(limit)));
}
