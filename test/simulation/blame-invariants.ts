// What may be held against an endpoint: failures, but no pause that it asked for, and no silence.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { Attempt, Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import { subscriptionIdOf } from '../../lambdas/core/ids.ts';
import type { DeliveryId, SubscriptionId } from '../../lambdas/core/ids.ts';
import { sendsMax, waitsOf } from '../../lambdas/core/deliveries/retry-schedule.ts';
import type { SendResult } from '../../lambdas/core/deliveries/send-result.ts';
import type { RetrySchedule } from '../../lambdas/core/deliveries/retry-schedule.ts';
import { must } from './facts.ts';
import type { Facts } from './facts.ts';
import { shown } from './store.ts';
import type { Row } from './store.ts';

/** Between an answer and what it changes about the subscription: slow calls, and memos of other processes. */
const heedingMs = 60_000;

/** A pause that was asked for is neither good nor bad, unless it answers a probe or goes on for days. */
export function rememberAnswer(facts: Facts, id: DeliveryId, result: SendResult): void {
  const now = facts.kernel.timeline.now();
  const statusCode = result.kind === 'response' ? result.statusCode : null;
  const owner = subscriptionIdOf(id);
  const row = facts.database.rows.get(id);
  const isProbe = facts.past.get(owner)?.openSince !== null;
  if (statusCode === 429 && row !== undefined && !isProbe) {
    if (now - (row.delivery.pausesSince ?? now) < limits.pausesMsMax) return;
  }
  const answers = facts.answers.get(owner) ?? [];
  facts.answers.set(owner, answers);
  answers.push({ at: now, isSuccess: statusCode !== null && statusCode < 300 });
}

/** Of a subscription that begins its life here in the middle of its trouble. */
export function rememberFailures(facts: Facts, { id, health }: Subscription): void {
  const { failingSince, failureSeenAt } = health;
  if (failingSince === null) return;
  const answers = [];
  for (let at = failingSince; at <= (failureSeenAt ?? failingSince); at += 3_600_000) {
    answers.push({ at, isSuccess: false });
  }
  facts.answers.set(id, answers);
}

/** An endpoint is given up only after days of failures, none far from the next, and no success among them. */
export function checkGivenUp(facts: Facts, id: SubscriptionId): void {
  const now = facts.kernel.timeline.now();
  const answers = facts.answers.get(id) ?? [];
  // A success whose record failed is told by the next one.
  const isHeeded = facts.kernel.faults === 0;
  let since = now;
  for (const { at, isSuccess } of answers.toReversed()) {
    if (isSuccess && isHeeded && at < now - heedingMs) break;
    if (isSuccess) continue;
    if (since - at > limits.failingGapMsMax + limits.failureSeenMs + heedingMs) break;
    since = at;
  }
  const spanMs = now - since;
  const about = () => `${id} was given up after ${spanMs / 3_600_000} h of failures`;
  // Clocks that step make a span longer or shorter by as much.
  const tolerance = heedingMs + (facts.kernel.isDisturbed ? 2 * 3_600_000 : 0);
  must(spanMs >= limits.failingMsMax - tolerance, 'I16 only days of failures disable', about);
}

/** What asked for a pause in a cycle, at a time when the delivery still heeded them. */
export function pausesOf({ attempts, history }: Row, cycle: number): Attempt[] {
  return attempts.filter((attempt) => {
    if (attempt.cycle !== cycle || attempt.statusCode !== 429) return false;
    const before = history.findLast(({ at }) => at <= attempt.at)?.delivery;
    const since = before?.cycle === cycle ? before.pausesSince : null;
    return attempt.at + attempt.durationMs - (since ?? attempt.at) < limits.pausesMsMax;
  });
}

/** Whoever is given up as exhausted had as many tries as the schedule says, beside its pauses. */
export function checkTriesGiven(facts: Facts, row: Row, schedule: RetrySchedule): void {
  const { delivery } = row;
  const ofOthers = row.attempts.filter(({ cycle }) => cycle !== delivery.cycle).length;
  // The record of one of them may come later.
  const made = (facts.tries.get(delivery.id) ?? 0) - ofOthers;
  const tries = made - pausesOf(row, delivery.cycle).length;
  const excused = facts.kernel.excused.get(delivery.id) ?? 0;
  const about = () => `${shown(delivery)}: ${tries} tries of ${sendsMax(schedule)}`;
  must(tries + excused >= sendsMax(schedule), 'I17 a pause uses up no try', about);
}

export function hasGivenUp(before: Delivery | null, after: Delivery): boolean {
  return before?.status !== 'failed' && after.reason === 'exhausted';
}

/** What the service could not send for a want of its own is no attempt. */
export function checkBlame(facts: Facts, after: Delivery): void {
  const tries = facts.tries.get(after.id) ?? 0;
  const about = () => `${shown(after)}: ${after.attemptCount} attempts of ${tries} tries`;
  must(after.attemptCount <= tries, 'I15 only what was sent is an attempt', about);
}

export function checkWait(facts: Facts, after: Delivery, attempt: Attempt): void {
  if (after.status !== 'retrying') return;
  const waitMs = (after.nextAttemptAt ?? 0) - (attempt.at + attempt.durationMs);
  const baseMs = baseWaitMs(facts, after, attempt);
  const patienceMs = attempt.statusCode === 429 ? Number(attempt.responseBody) * 1_000 : 0;
  const askedMs = Math.min(patienceMs, limits.retryAfterMsMax);
  const least = Math.max(baseMs * (1 - limits.jitterRatio), askedMs) - 1;
  const most =
    Math.max(baseMs * (1 + limits.jitterRatio), askedMs * (1 + limits.holdSpreadRatio)) + 1;
  const about = () => `${shown(after)} waits ${waitMs} ms, not ${least} to ${most}`;
  must(waitMs >= least && waitMs <= most, 'I4', about);
}

function baseWaitMs(facts: Facts, after: Delivery, attempt: Attempt): number {
  const isPause =
    attempt.statusCode === 429 &&
    attempt.at + attempt.durationMs - (after.pausesSince ?? -Infinity) < limits.pausesMsMax;
  if (isPause) {
    return Math.min(limits.pauseDelayMsMin * 2 ** (after.cycleAttempt - 1), limits.pauseDelayMsMax);
  }
  const seconds = waitsOf(scheduleOf(facts, after))[after.cycleAttempt - after.pauses - 1];
  must(seconds !== undefined, 'I3 the schedule is used up', () => shown(after));
  return (seconds ?? 0) * 1_000;
}

export function scheduleOf(facts: Facts, delivery: Delivery): RetrySchedule {
  return facts.past.get(delivery.subscriptionId)?.schedule ?? facts.schedule;
}
