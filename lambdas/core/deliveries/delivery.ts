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
  /** Null where the bytes are the content itself. */
  contentEncoding: string | null;
  /** What the sender said of the event in headers of its own, names in lower case; null where it said nothing. */
  senderHeaders: SenderHeaders | null;
  /** Deliveries that led to this one: an endpoint may publish what it receives. */
  hops: number;
  status: DeliveryStatus;
  reason: DeliveryReason | null;
  createdAt: number;
  updatedAt: number;
  completedAt: number | null;
  nextAttemptAt: number | null;
  /** Names the message of the next attempt; null while parked, when any message may go on, and at the end. */
  turn: string | null;
  /** Counts from 1; a replay adds one. */
  cycle: number;
  /** The last attempt of this cycle that is recorded, counted within the cycle; 0 before the first. */
  cycleAttempt: number;
  /** Of the attempts of this cycle, those that the endpoint answered by asking for a pause: they used up no try. */
  pauses: number;
  /** Epoch ms since which such pauses hold it back; null where none has since it was last parked. */
  pausesSince: number | null;
  /** Attempts recorded in all cycles. */
  attemptCount: number;
  /** Of the last recorded attempt, whatever its cycle; null before the first. */
  lastStatusCode: number | null;
  lastErrorCode: string | null;
  /** Epoch ms at which the row may be removed; null while the delivery is open. */
  expiresAt: number | null;
  /** Counts changes; every change is stored on the condition that nobody else made one first. */
  version: number;
};

export type AttemptOutcome = 'success' | 'failed_attempt' | 'failure';

/**
 * Milliseconds since the attempt began; null for a step that was not reached or not needed (an address needs no DNS,
 * a connection that is used again no connecting).
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
  /** Epoch ms at which it began. */
  at: number;
  durationMs: number;
  /** `failure` is the failed attempt with which its delivery became `failed`: one for each cycle that did. */
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
