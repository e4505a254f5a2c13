// The delivery's state machine: every state change happens here and nowhere else. Pure: time and
// jitter come in as values. `delivery.ts` draws the states.
import { limits } from '../../contract/limits/limits.ts';
import type { Attempt, Delivery, DeliveryReason, ParkReason } from './delivery.ts';
import { isFinal } from './delivery.ts';
import { acceptedAtOf, subscriptionIdOf } from '../ids.ts';
import { outcomeOf, recordOf, verdictOf } from './outcome.ts';
import type { Verdict } from './outcome.ts';
import { asksForPause, noPauses, pauseDelayMs } from './pauses.ts';
import type { Tries } from './pauses.ts';
import { retryDelayMs } from './retry-schedule.ts';
import type { RetrySchedule } from './retry-schedule.ts';
import type { SendResult } from './send-result.ts';

/** How a cycle begins. */
export type Start = {
  heldBackBy: ParkReason | null;
  /** Epoch ms. */
  at: number;
  /** The turn of the first attempt's message, if nothing holds it back. */
  turn: string;
};

function started({
  heldBackBy,
  at,
  turn,
}: Start): Pick<Delivery, 'status' | 'reason' | 'nextAttemptAt' | 'turn'> {
  return heldBackBy === null
    ? { status: 'pending', reason: null, nextAttemptAt: at, turn }
    : { status: 'parked', reason: heldBackBy, nextAttemptAt: null, turn: null };
}

/** A new delivery: pending, or parked if its subscription holds it back. */
export function accept(
  event: Start &
    Pick<Delivery, 'tenant' | 'id' | 'eventType' | 'contentType' | 'contentEncoding' | 'hops'> &
    Partial<Pick<Delivery, 'senderHeaders'>>,
): Delivery {
  return {
    tenant: event.tenant,
    id: event.id,
    subscriptionId: subscriptionIdOf(event.id),
    eventType: event.eventType,
    contentType: event.contentType,
    contentEncoding: event.contentEncoding,
    senderHeaders: event.senderHeaders ?? null,
    hops: event.hops,
    ...started(event),
    createdAt: acceptedAtOf(event.id),
    updatedAt: event.at,
    completedAt: null,
    cycle: 1,
    cycleAttempt: 0,
    ...noPauses,
    attemptCount: 0,
    lastStatusCode: null,
    lastErrorCode: null,
    expiresAt: null,
    version: 1,
  };
}

export type AttemptFacts = {
  /** A failed probe burns no attempt: the delivery stays parked. */
  isProbe: boolean;
  /** The attempt's position: its cycle, and its number within the cycle. */
  cycle: number;
  cycleAttempt: number;
  targetUrl: string;
  /** Epoch ms when it began. */
  at: number;
  result: SendResult;
  schedule: RetrySchedule;
  retentionMs: number;
  now: number;
  /** In [0, 1). */
  jitter: number;
  /** The turn of the next attempt's message, if there is one. */
  turn: string;
};

export type AfterAttempt = Tries & {
  delivery: Delivery;
  attempt: Attempt;
  /** Epoch ms of the next attempt; null if there is none. */
  retryAt: number | null;
  verdict: Verdict;
};

/** The next version. Its time never goes back, whatever the clocks: replay jobs rely on that. */
function changed(delivery: Delivery, now: number): Delivery {
  const updatedAt = Math.max(delivery.updatedAt, now);
  return { ...delivery, updatedAt, version: delivery.version + 1 };
}

/** The next state after one attempt, its log entry, and when to retry. */
export function afterAttempt(delivery: Delivery, facts: AttemptFacts): AfterAttempt {
  const verdict = verdictOf(facts.result, facts.now);
  const overtaken = isOvertaken(delivery, facts, verdict);
  const isVain = facts.isProbe && verdict.kind === 'retry';
  // Late ones too: the attempt after this one was counted as if this had consumed a try.
  const isPause =
    !isVain && isUnderWay(delivery, facts) && asksForPause(delivery, verdict, facts.now);
  const triesUsed = facts.cycleAttempt - (delivery.cycle === facts.cycle ? delivery.pauses : 0);
  const retryAt = overtaken || isVain ? null : retryTime(verdict, facts, { isPause, triesUsed });
  const record = recordOf(facts.result);
  const counted = {
    ...countedIn(delivery, facts, { isVain, isPause, overtaken }),
    lastStatusCode: record.statusCode,
    lastErrorCode: record.errorCode,
  };
  const next = overtaken ? counted : settled(counted, { verdict, ...facts, retryAt });
  const attempt: Attempt = {
    number: next.attemptCount,
    cycle: facts.cycle,
    at: facts.at,
    targetUrl: facts.targetUrl,
    outcome: outcomeOf(verdict, next, overtaken),
    ...record,
  };
  return { delivery: next, attempt, retryAt, verdict, isPause, triesUsed };
}

function countedIn(
  delivery: Delivery,
  facts: AttemptFacts,
  { isVain, isPause, overtaken }: { isVain: boolean; isPause: boolean; overtaken: boolean },
): Delivery {
  const isBurnt = delivery.cycle === facts.cycle && !isVain;
  const { pauses, pausesSince } = delivery;
  return {
    ...changed(delivery, facts.now),
    attemptCount: delivery.attemptCount + 1,
    cycleAttempt: Math.max(delivery.cycleAttempt, isBurnt ? facts.cycleAttempt : 0),
    ...(isPause && { pauses: pauses + 1 }),
    ...(isPause && !overtaken && { pausesSince: pausesSince ?? facts.at }),
  };
}

function retryTime(
  verdict: Verdict,
  facts: AttemptFacts,
  { isPause, triesUsed }: Tries,
): number | null {
  if (verdict.kind !== 'retry') return null;
  const delayMs = isPause
    ? pauseDelayMs(facts.cycleAttempt, facts.jitter)
    : retryDelayMs(facts.schedule, triesUsed, facts.jitter);
  if (delayMs === null) return null;
  // Spread like those that the pause postpones: otherwise the one that triggered it would always be
  // first again, and with an endpoint that keeps asking the others would never get a turn.
  const notBefore = verdict.notBefore ?? facts.now;
  const spreadMs = (notBefore - facts.now) * limits.holdSpreadRatio * facts.jitter;
  return Math.max(facts.now + delayMs, Math.ceil(notBefore + spreadMs));
}

function isUnderWay({ status, cycle }: Delivery, facts: AttemptFacts): boolean {
  return !isFinal(status) && cycle === facts.cycle;
}

/**
 * True for a result that is only logged: the delivery was cancelled or replayed while the request
 * was in flight, or a later attempt is already recorded. A late success still counts: the endpoint
 * has the event.
 */
function isOvertaken(delivery: Delivery, facts: AttemptFacts, verdict: Verdict): boolean {
  if (!isUnderWay(delivery, facts)) return true;
  return delivery.cycleAttempt >= facts.cycleAttempt && verdict.kind !== 'success';
}

function settled(
  delivery: Delivery,
  after: { verdict: Verdict; retryAt: number | null } & AttemptFacts,
): Delivery {
  const { retryAt: nextAttemptAt, turn, isProbe, verdict, now, retentionMs } = after;
  if (isProbe && verdict.kind === 'retry') return parked(delivery, 'circuit_open');
  if (nextAttemptAt !== null) {
    return { ...delivery, status: 'retrying', reason: null, nextAttemptAt, turn };
  }
  const failure = verdict.kind === 'stop' ? verdict.reason : 'exhausted';
  const delivered = verdict.kind === 'success';
  return {
    ...delivery,
    status: delivered ? 'delivered' : 'failed',
    reason: delivered ? null : failure,
    nextAttemptAt: null,
    turn: null,
    completedAt: now,
    expiresAt: now + retentionMs,
  };
}

/** Holds an open delivery back without burning an attempt. */
export function park(delivery: Delivery, reason: ParkReason, now: number): Delivery {
  return parked(changed(delivery, now), reason);
}

function parked(delivery: Delivery, reason: ParkReason): Delivery {
  const nobodys = { nextAttemptAt: null, turn: null, pausesSince: null };
  return { ...delivery, ...nobodys, status: 'parked', reason };
}

/** Null if there is nothing left to cancel. */
export function cancel(
  delivery: Delivery,
  cause: { reason: DeliveryReason; now: number; retentionMs: number },
): Delivery | null {
  if (isFinal(delivery.status)) return null;
  return {
    ...changed(delivery, cause.now),
    status: 'cancelled',
    reason: cause.reason,
    nextAttemptAt: null,
    turn: null,
    completedAt: cause.now,
    expiresAt: cause.now + cause.retentionMs,
  };
}

/** Postpones an open delivery without burning an attempt: its message keeps its turn. */
export function postpone(
  delivery: Delivery,
  { until, isPause }: { until: number; isPause: boolean },
  now: number,
): Delivery {
  const pausesSince = isPause ? (delivery.pausesSince ?? now) : delivery.pausesSince;
  return { ...changed(delivery, now), nextAttemptAt: until, pausesSince };
}

/** Notes that the next attempt was requested again, so that it is not overdue again too soon. */
export function askedAgain(delivery: Delivery, now: number): Delivery {
  return changed(delivery, now);
}

/** A new cycle from any state, starting at `now`; parked if the subscription holds it back. */
export function replay(delivery: Delivery, start: Start, now = start.at): Delivery {
  return {
    ...changed(delivery, now),
    ...started(start),
    cycle: delivery.cycle + 1,
    cycleAttempt: 0,
    ...noPauses,
    completedAt: null,
    expiresAt: null,
  };
}
