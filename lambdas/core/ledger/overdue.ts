// What is overdue: owed for longer than the queue explains, so that its message must be taken for lost. Rows say what is
// owed, and the queue only carries it: whatever it forgot is asked for again under the same turn, step or job. A message
// that was only late then makes the other one a duplicate, which the rules for duplicates end.
import { limits } from '../../contract/limits/limits.ts';
import { settledMs } from '../../contract/limits/propagation.ts';
import type { AttemptMessage, BacklogMessage } from '../../contract/messages.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import { isFinal } from '../deliveries/delivery.ts';
import { heldBackBy } from '../endpoints/health.ts';
import { backlogJob } from '../backlog/jobs.ts';
import type { Tombstone } from './ledger-checks.ts';
import type { ReplayJob } from '../replays/replay-job.ts';
import { hourOf } from './stats.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

/** Owed to a message of its own; what is parked is owed to its subscription's job. */
export function isScheduled({ status }: Pick<Delivery, 'status'>): boolean {
  return !isFinal(status) && status !== 'parked';
}

/** True of what changed after the hour in which it was accepted: the check of that hour may be over. */
export function hasOutlivedItsHour({
  createdAt,
  updatedAt,
}: Pick<Delivery, 'createdAt' | 'updatedAt'>): boolean {
  return hourOf(updatedAt) > hourOf(createdAt);
}

export type Lateness = {
  now: number;
  /** How late is too late. */
  lateMs: number;
  /** Until when its subscription is held, epoch ms. */
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

/** A message that finds a pause is put off past it, and the row may not show so. */
function pastHold(nextAttemptAt: number, heldUntil: number | null): number {
  if (heldUntil === null || heldUntil <= nextAttemptAt) return nextAttemptAt;
  const pauseMs = Math.min(heldUntil - nextAttemptAt, limits.retryAfterMsMax);
  return heldUntil + pauseMs * limits.holdSpreadRatio;
}

/** The longer it was asked for in vain, the more rarely: a queue that nobody works on must not fill up with copies. */
function patienceOnceAsked(lateForMs: number, lateMs: number): number {
  const underWayMs = limits.recoverySpreadMs + limits.queueVisibilityMs;
  return Math.max(lateMs, underWayMs, lateForMs * limits.overdueBackoffRatio);
}

/** The message for its next attempt once more, under the turn that its row holds. Null where none is owed. */
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

/** A backlog job stores each of its steps; between two of them lies a page, or the wait before the next pass. */
const stepMsMax = limits.backlogPageMs + settledMs;

/** The next step of the job that the subscription names, from the start of the list. Null unless it is overdue. */
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

/** True where what is parked waits for a job that nobody has named. */
export function lacksBacklogJob(subscription: Subscription): boolean {
  return subscription.status === 'active' && subscription.health.backlogJob === null;
}

/** Parked for so long that neither an old memo nor a pause explains it. */
export function isStranded(
  { status, updatedAt }: Delivery,
  { now, lateMs, heldUntil }: Lateness,
): boolean {
  return status === 'parked' && now - pastHold(updatedAt, heldUntil) >= settledMs + lateMs;
}

/** A job for what is stranded: the subscription takes it up where it names none. */
export function backlogAnew(subscription: Subscription, job: string, now: number): BacklogMessage {
  const { circuit } = subscription.health;
  const dueAt =
    heldBackBy(subscription) !== null && circuit.state === 'open' ? circuit.probeAt : now;
  return { ...backlogJob(subscription, { job, pace: 'recovery', dueAt }, now), adopted: true };
}

export function isReplayOverdue(job: ReplayJob, { now, lateMs }: When): boolean {
  return job.state === 'running' && now - Math.max(job.nextDueAt, job.updatedAt) >= lateMs;
}

/** By now both cancel jobs of the deletion must have ended. */
export function isCancelOverdue({ deletedAt }: Tombstone, { now, lateMs }: When): boolean {
  return now - deletedAt >= settledMs + lateMs;
}
