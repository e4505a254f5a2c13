// The rate limit of a subscription: GCRA, the leaky bucket that one number keeps. A reservation gives each attempt a slot
// of its own, in the order of asking, so that nothing starves: who has a slot waits for it and is then sent.

import { isFromTheFuture } from '../shared/plausible.ts';

import type { SubscriptionId } from '../ids.ts';

export type RateLimit = {
  perSecond: number;
  /** How many may come at once after a quiet time. */
  burst: number;
};

/** A subscription, or an API key by `key_` and its id. */
export type RateLimitOwnerId = SubscriptionId | `key_${string}`;

export type RateLimitOwner = {
  tenant: string;
  ownerId: RateLimitOwnerId;
  limit: RateLimit;
  /** What is sent to a subscription, or what is accepted: each has slots of its own. */
  purpose: 'delivery' | 'ingest';
};

export type Reservation = {
  /** Epoch ms; now, where there is room. */
  slotAt: number;
  /** When all that is reserved will have been sent, epoch ms: what the store keeps. */
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
 * Until when what is reserved takes. Reservations queue up without bound, so only the clock's reading at the last one can
 * tell that it was ahead: then they are worth nothing, and begin anew.
 */
export function knownBusyUntil(
  stored: { busyUntil: number; reservedAt: number | null } | undefined,
  now: number,
): number | undefined {
  if (stored === undefined || isFromTheFuture(stored.reservedAt ?? now, now)) return undefined;
  return stored.busyUntil;
}

/** The slot of the reservation that left `busyUntil`. */
export function slotOf(limit: RateLimit, busyUntil: number, now: number): number {
  return Math.max(now, Math.ceil(busyUntil - limit.burst * slotIntervalMs(limit)));
}
