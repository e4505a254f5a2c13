// A delivery is the obligation to get one event to one subscription. Its states:
//
//   pending ──attempt──▶ delivered            a 2xx answer
//      │ └────attempt──▶ retrying ──▶ …       a failure with sends left; `nextAttemptAt` says when
//      │ └────attempt──▶ failed               a failure and the schedule is used up (exhausted), or the endpoint is gone
//      ├──held back────▶ parked ──free────▶   sent as if pending; no attempt is burnt while parked
//      └──cancel───────▶ cancelled            a person asked, or the subscription was deleted
//
// delivered, failed and cancelled are final. A replay starts a new cycle from any state: pending again, with the
// whole schedule before it. Attempt numbers go on over cycles: 1..n without a gap.
import type { DeliveryId, SubscriptionId } from '../ids.ts';
import type { SenderHeaders } from '../events/sender-headers.ts';

export type DeliveryStatus =
  | 'pending'
  | 'retrying'
  | 'parked'
  | 'delivered'
  | 'failed'
  | 'cancelled';

/** Why a delivery is parked. */
export type ParkReason = 'subscription_inactive' | 'circuit_open'; // the endpoint failed too often of late

/** Why a delivery is where it is, where the status alone does not say. */
export type DeliveryReason =
  | ParkReason
  | 'exhausted' // failed: the schedule is used up
  | 'gone' // failed: the endpoint answered 410
  | 'aborted' // failed: the endpoint wants no more tries of this one
  | 'requested' // cancelled by a person
  | 'subscription_deleted'; // cancelled with its subscription

export type Delivery = {
  tenant: string;
  id: DeliveryId;
  subscriptionId: SubscriptionId;
  eventType: string | null;
  contentType: string;
  /** Null if the bytes are not encoded. */
  contentEncoding: string | null;
  /** The sender's own headers about the event, names in lower case; null if it sent none. */
  senderHeaders: SenderHeaders | null;
  /** Deliveries that led to this one: an endpoint may publish what it receives. */
  hops: number;
  status: DeliveryStatus;
  reason: DeliveryReason | null;
  createdAt: number;
  updatedAt: number;
  completedAt: number | null;
  nextAttemptAt: number | null;
  /**
   * Identifies the next attempt's message; null while parked, when any message may proceed, and at
   * the end.
   */
  turn: string | null;
  /** Counts from 1; a replay adds one. */
  cycle: number;
  /** The last recorded attempt of this cycle, counted within the cycle; 0 before the first. */
  cycleAttempt: number;
  /**
   * Attempts of this cycle that the endpoint answered by asking for a pause: they consumed no try.
   */
  pauses: number;
  /** Epoch ms since which such pauses hold it back; null if none has since it was last parked. */
  pausesSince: number | null;
  /** Attempts recorded over all cycles. */
  attemptCount: number;
  /** From the last recorded attempt of any cycle; null before the first. */
  lastStatusCode: number | null;
  lastErrorCode: string | null;
  /** Epoch ms when the row may be removed; null while the delivery is open. */
  expiresAt: number | null;
  /** Counts changes; a change is stored only if no concurrent one came first. */
  version: number;
};

export type AttemptOutcome = 'success' | 'failed_attempt' | 'failure';

/**
 * Milliseconds since the attempt began; null for a step that was not reached or not needed (an IP
 * address needs no DNS, a reused connection no connect).
 */
export type AttemptTimings = {
  dnsMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
  firstByteMs: number | null;
};

/** One HTTP request of a delivery. Append-only. */
export type Attempt = {
  /** Counts from 1 over all cycles. */
  number: number;
  cycle: number;
  /** Epoch ms when it began. */
  at: number;
  durationMs: number;
  /** `failure` is the attempt that made its delivery `failed`: at most one per cycle. */
  outcome: AttemptOutcome;
  statusCode: number | null;
  errorCode: string | null;
  errorDetails: string | null;
  responseBody: string | null;
  targetUrl: string;
  timings: AttemptTimings;
};

export function isFinal(status: DeliveryStatus): boolean {
  return status === 'delivered' || status === 'failed' || status === 'cancelled';
}
