// The delivery's state machine: every change of state is made here and nowhere else. Pure: time and jitter come in
// as values. `delivery.ts` draws the states.
import { limits } from '../contract/limits.ts';
import type { Attempt, AttemptOutcome, Delivery, DeliveryReason } from './delivery.ts';
import { isFinal } from './delivery.ts';
import { acceptedAtOf, subscriptionIdOf } from './ids.ts';
import type { DeliveryId } from './ids.ts';
import { recordOf, verdictOf, wantsNoMore } from './outcome.ts';
import type { Verdict } from './outcome.ts';
import { retryDelayMs } from './retry-schedule.ts';
import type { RetrySchedule } from './retry-schedule.ts';
import type { SendResult } from './send-result.ts';

/** A new delivery: pending, or parked where its subscription is inactive. */
export function accept(event: {
  tenant: string;
  id: DeliveryId;
  eventType: string | null;
  contentType: string;
  hops: number;
  active: boolean;
  /** Epoch ms of this request; a repeated one comes later than the one that made the id. */
  at: number;
}): Delivery {
  return {
    tenant: event.tenant,
    id: event.id,
    subscriptionId: subscriptionIdOf(event.id),
    eventType: event.eventType,
    contentType: event.contentType,
    hops: event.hops,
    status: event.active ? 'pending' : 'parked',
    reason: event.active ? null : 'subscription_inactive',
    createdAt: acceptedAtOf(event.id),
    updatedAt: event.at,
    completedAt: null,
    nextAttemptAt: event.active ? event.at : null,
    cycle: 1,
    cycleAttempt: 0,
    attemptCount: 0,
    lastStatusCode: null,
    lastErrorCode: null,
    expiresAt: null,
    version: 1,
  };
}

export type AttemptFacts = {
  /** Where the attempt stands: its cycle, and its number within the cycle. */
  cycle: number;
  cycleAttempt: number;
  targetUrl: string;
  /** Epoch ms at which it began. */
  at: number;
  result: SendResult;
  schedule: RetrySchedule;
  retentionMs: number;
  now: number;
  /** In [0, 1). */
  jitter: number;
};

export type AfterAttempt = {
  delivery: Delivery;
  attempt: Attempt;
  /** Epoch ms of the next attempt, or null when there is none. */
  retryAt: number | null;
  /** True when the endpoint wants nothing more at all. */
  disable: boolean;
  /** Epoch ms before which the endpoint wants nothing, or null. */
  holdUntil: number | null;
};

/** The next version. Its time never goes back, though two functions' clocks differ: a replay job relies on that. */
function changed(delivery: Delivery, now: number): Delivery {
  const updatedAt = Math.max(delivery.updatedAt, now);
  return { ...delivery, updatedAt, version: delivery.version + 1 };
}

/** The next state after one attempt, the line for its log, and when to try again. */
export function afterAttempt(delivery: Delivery, facts: AttemptFacts): AfterAttempt {
  const verdict = verdictOf(facts.result, facts.now);
  const overtaken = isOvertaken(delivery, facts, verdict);
  const retryAt = overtaken ? null : retryTime(verdict, facts);
  const isOfCycle = delivery.cycle === facts.cycle;
  const record = recordOf(facts.result);
  const counted: Delivery = {
    ...changed(delivery, facts.now),
    attemptCount: delivery.attemptCount + 1,
    cycleAttempt: Math.max(delivery.cycleAttempt, isOfCycle ? facts.cycleAttempt : 0),
    lastStatusCode: record.statusCode,
    lastErrorCode: record.errorCode,
  };
  const next = overtaken ? counted : settled(counted, { verdict, retryAt, ...facts });
  const attempt: Attempt = {
    number: next.attemptCount,
    cycle: facts.cycle,
    at: facts.at,
    targetUrl: facts.targetUrl,
    outcome: outcomeOf(verdict, next),
    ...record,
  };
  return {
    delivery: next,
    attempt,
    retryAt,
    disable: wantsNoMore(facts.result),
    holdUntil: verdict.kind === 'retry' ? verdict.notBefore : null,
  };
}

function retryTime(verdict: Verdict, facts: AttemptFacts): number | null {
  if (verdict.kind !== 'retry') return null;
  const delayMs = retryDelayMs(facts.schedule, facts.cycleAttempt, facts.jitter);
  if (delayMs === null) return null;
  if (verdict.notBefore === null) return facts.now + delayMs;
  // Spread as those are that the pause puts off: else the one that asked would always be the first again, and with an
  // endpoint that goes on asking the others would never have their turn.
  const spreadMs = (verdict.notBefore - facts.now) * limits.holdSpreadRatio * facts.jitter;
  return Math.max(facts.now + delayMs, Math.ceil(verdict.notBefore + spreadMs));
}

/**
 * True for a result that is only logged: the delivery was cancelled or replayed while the request was under way, or a
 * later attempt is recorded already. A late success still counts: the endpoint has the event.
 */
function isOvertaken(delivery: Delivery, facts: AttemptFacts, verdict: Verdict): boolean {
  if (isFinal(delivery.status) || delivery.cycle !== facts.cycle) return true;
  return delivery.cycleAttempt >= facts.cycleAttempt && verdict.kind !== 'success';
}

function outcomeOf(verdict: Verdict, next: Delivery): AttemptOutcome {
  if (verdict.kind === 'success') return 'success';
  return isFinal(next.status) ? 'failure' : 'failed_attempt';
}

function settled(
  delivery: Delivery,
  after: { verdict: Verdict; retryAt: number | null; now: number; retentionMs: number },
): Delivery {
  if (after.retryAt !== null) {
    return { ...delivery, status: 'retrying', reason: null, nextAttemptAt: after.retryAt };
  }
  const failure = after.verdict.kind === 'stop' ? after.verdict.reason : 'exhausted';
  const delivered = after.verdict.kind === 'success';
  return {
    ...delivery,
    status: delivered ? 'delivered' : 'failed',
    reason: delivered ? null : failure,
    nextAttemptAt: null,
    completedAt: after.now,
    expiresAt: after.now + after.retentionMs,
  };
}

/** Holds an open delivery back without burning an attempt. */
export function park(delivery: Delivery, now: number): Delivery {
  return {
    ...changed(delivery, now),
    status: 'parked',
    reason: 'subscription_inactive',
    nextAttemptAt: null,
  };
}

/** Null when there is nothing to cancel any more. */
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
    completedAt: cause.now,
    expiresAt: cause.now + cause.retentionMs,
  };
}

/** Puts an open delivery off without burning an attempt. */
export function postpone(delivery: Delivery, until: number, now: number): Delivery {
  return { ...changed(delivery, now), nextAttemptAt: until };
}

/** A new cycle from any state, due at `dueAt`; parked where the subscription is inactive. */
export function replay(
  delivery: Delivery,
  { now, dueAt, active }: { now: number; dueAt: number; active: boolean },
): Delivery {
  return {
    ...changed(delivery, now),
    status: active ? 'pending' : 'parked',
    reason: active ? null : 'subscription_inactive',
    cycle: delivery.cycle + 1,
    cycleAttempt: 0,
    nextAttemptAt: active ? dueAt : null,
    completedAt: null,
    expiresAt: null,
  };
}
