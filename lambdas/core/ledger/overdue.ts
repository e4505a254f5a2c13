// Overdue work: owed for longer than the queue explains, so its message must be presumed lost. Rows
// say what is owed, and the queue only carries it: whatever it lost is requested again under the
// same turn, step or job. If a message was only late, one of the two is a duplicate, which the
// duplicate rules drop.
import { limits } from '../../contract/limits/limits.ts';
import { propagationMs } from '../../contract/limits/propagation.ts';
import type { AttemptMessage, BacklogMessage } from '../../contract/messages.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import { isFinal } from '../deliveries/delivery.ts';
import { heldBackBy } from '../endpoints/health.ts';
import { backlogJob } from '../backlog/jobs.ts';
import type { Tombstone } from './ledger-checks.ts';
import type { ReplayJob } from '../replays/replay-job.ts';
import { hourOf } from './stats.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

/** Carried by its own message; a parked delivery is carried by its subscription's job. */
export function isScheduled({ status }: Pick<Delivery, 'status'>): boolean {
  return !isFinal(status) && status !== 'parked';
}

/** True if it changed after the hour in which it was accepted: that hour's check may be over. */
export function hasOutlivedItsHour({
  createdAt,
  updatedAt,
}: Pick<Delivery, 'createdAt' | 'updatedAt'>): boolean {
  return hourOf(updatedAt) > hourOf(createdAt);
}

export type Lateness = {
  now: number;
  /** How late counts as overdue. */
  lateMs: number;
  /** When its subscription's hold ends, epoch ms. */
  heldUntil: number | null;
};

export function isOverdue(delivery: Delivery, { now, lateMs, heldUntil }: Lateness): boolean {
  const { nextAttemptAt, updatedAt } = delivery;
  if (!isScheduled(delivery) || nextAttemptAt === null) return false;
  const dueAt = pastHold(nextAttemptAt, heldUntil);
  const isAskedAgain = updatedAt > nextAttemptAt;
  const patienceMs = isAskedAgain ? patienceOnceAsked(now - dueAt, lateMs) : lateMs;
  return now - Math.max(dueAt, updatedAt) >= patienceMs;
}

/** A message that finds a pause is postponed past it, and the row may not show it. */
function pastHold(nextAttemptAt: number, heldUntil: number | null): number {
  if (heldUntil === null || heldUntil <= nextAttemptAt) return nextAttemptAt;
  const pauseMs = Math.min(heldUntil - nextAttemptAt, limits.retryAfterMsMax);
  return heldUntil + pauseMs * limits.holdSpreadRatio;
}

/** The longer in vain, the less often: an unworked queue must not fill up with copies. */
function patienceOnceAsked(lateForMs: number, lateMs: number): number {
  const underWayMs = limits.recoverySpreadMs + limits.queueVisibilityMs;
  return Math.max(lateMs, underWayMs, lateForMs * limits.overdueBackoffRatio);
}

/** The message for its next attempt again, under its row's turn. Null if none is owed. */
export function attemptAgain(
  { tenant, id, cycle, cycleAttempt, turn }: Delivery,
  dueAt: number,
  now: number,
): AttemptMessage | null {
  if (turn === null) return null;
  return {
    version: 1,
    kind: 'attempt',
    tenant,
    deliveryId: id,
    cycle,
    attempt: cycleAttempt + 1,
    turn,
    sentAt: now,
    dueAt,
  };
}

type When = { now: number; lateMs: number };

/** A backlog job stores each step; between two lies a page, or the wait before the next pass. */
const stepMsMax = limits.backlogPageMs + propagationMs;

/**
 * The next step of the subscription's named job, from the start of the list. Null unless overdue.
 */
export function backlogAgain(
  subscription: Subscription,
  { now, lateMs }: When,
): BacklogMessage | null {
  const { status, updatedAt, health } = subscription;
  const { circuit, backlogJob: job } = health;
  if (status === 'inactive' || job === null) return null;
  const dueAt = Math.max(updatedAt, circuit.state === 'open' ? circuit.probeAt : 0);
  if (now - dueAt < stepMsMax + lateMs) return null;
  const { id, step, pace } = job;
  return { ...backlogJob(subscription, { job: id, pace, dueAt: now }, now), step };
}

/** True if parked deliveries wait without a named job. */
export function lacksBacklogJob(subscription: Subscription): boolean {
  return subscription.status === 'active' && subscription.health.backlogJob === null;
}

/** Parked too long for an old memo or a pause to explain it. */
export function isStranded(
  { status, updatedAt }: Delivery,
  { now, lateMs, heldUntil }: Lateness,
): boolean {
  return status === 'parked' && now - pastHold(updatedAt, heldUntil) >= propagationMs + lateMs;
}

/** A job for stranded deliveries: the subscription adopts it if it names none. */
export function backlogAnew(subscription: Subscription, job: string, now: number): BacklogMessage {
  const { circuit } = subscription.health;
  const dueAt =
    heldBackBy(subscription) !== null && circuit.state === 'open' ? circuit.probeAt : now;
  return { ...backlogJob(subscription, { job, pace: 'recovery', dueAt }, now), adopted: true };
}

export function isReplayOverdue(job: ReplayJob, { now, lateMs }: When): boolean {
  return job.state === 'running' && now - Math.max(job.nextDueAt, job.updatedAt) >= lateMs;
}

/** Both cancel jobs of the deletion must have ended by now. */
export function isCancelOverdue({ deletedAt }: Tombstone, { now, lateMs }: When): boolean {
  return now - deletedAt >= propagationMs + lateMs;
}
