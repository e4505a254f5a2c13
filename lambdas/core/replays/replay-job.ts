// A replay job replays every delivery that matches its filters, step by step, at a pace. Its states:
//
//   running ◀──▶ paused          by a person
//      │ └─────────┴─▶ cancelled by a person
//      └─▶ completed             nothing is left to look at
//
// A step reads one page of the list of deliveries and replays them. The lists of the statuses are read one after the
// other. A step may be done again after a crash; a delivery is replayed at most once all the same, because only what
// did not change since the job was made matches, and a replay is a change.
import { limits } from '../../contract/limits/limits.ts';
import type { ReplayMessage } from '../../contract/messages.ts';
import { isNeverCommitted } from '../deliveries/decide.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import type { ReplayId, SubscriptionId } from '../ids.ts';
import { plausible } from '../shared/plausible.ts';

export type ReplayState = 'running' | 'paused' | 'completed' | 'cancelled';

/** What is still open needs no replay. */
export type ReplayableStatus = 'delivered' | 'failed' | 'cancelled';

/** Null where a filter lets everything through. */
export type ReplayFilters = {
  subscriptionId: SubscriptionId | null;
  statuses: readonly ReplayableStatus[];
  eventType: string | null;
  errorCode: string | null;
  /** Accepted at or after, epoch ms. */
  since: number | null;
  /** Accepted before, epoch ms. */
  until: number | null;
};

export type ReplayJob = {
  tenant: string;
  id: ReplayId;
  filters: ReplayFilters;
  perSecond: number;
  state: ReplayState;
  /** How many deliveries matched when the job was made; null where they were too many to count. */
  matched: number | null;
  /** Deliveries that the lists gave: those replayed, and those skipped (changed since, or without a subscription). */
  examined: number;
  replayed: number;
  skipped: number;
  /** The statuses whose lists are not read to their end, and where the first of them goes on. */
  remaining: readonly ReplayableStatus[];
  cursor: string | null;
  /** The step that is next, counted from 1. */
  step: number;
  /** Epoch ms before which the next replay must not be due, to keep the pace. */
  nextDueAt: number;
  createdAt: number;
  updatedAt: number;
  completedAt: number | null;
  /** Epoch ms at which it may be removed; null while it is open. */
  expiresAt: number | null;
  /** Counts changes; a change is stored on the condition that nobody else made one first. */
  version: number;
};

export function createReplayJob(
  about: Pick<ReplayJob, 'tenant' | 'id' | 'filters' | 'perSecond' | 'matched'>,
  now: number,
): ReplayJob {
  return {
    ...about,
    state: 'running',
    examined: 0,
    replayed: 0,
    skipped: 0,
    remaining: about.filters.statuses,
    cursor: null,
    step: 1,
    nextDueAt: startOf(now),
    createdAt: now,
    updatedAt: now,
    completedAt: null,
    expiresAt: null,
    version: 1,
  };
}

/** The job's row is stored just after its message is sent. */
function startOf(now: number): number {
  return now + limits.jobDelayMs + limits.replayLeadMs;
}

/** The message that asks for the job's next step, due a little before the first replay of that step. */
export function stepMessage(job: ReplayJob, now: number): ReplayMessage {
  const { tenant, id: replayId, step } = job;
  const dueAt = Math.max(now, job.nextDueAt - limits.replayLeadMs);
  return { version: 1, kind: 'replay', tenant, replayId, step, sentAt: now, dueAt };
}

/** What the job's lists are asked for: what was accepted after the job was made cannot match. */
export function listedFilters({ filters, createdAt }: ReplayJob): ReplayFilters {
  return { ...filters, until: Math.min(filters.until ?? Infinity, createdAt + 1) };
}

export type StepDecision =
  | { do: 'step'; job: ReplayJob }
  | { do: 'skip'; reason: 'stale_step' | 'never_committed' | Exclude<ReplayState, 'running'> }
  /** The job, or its step before this one, is not stored yet. */
  | { do: 'await-commit' };

/** What to do with one message of a job: the row decides, as for attempts (`decide.ts`). */
export function decideStep(message: ReplayMessage, job: ReplayJob | undefined): StepDecision {
  if (job === undefined || job.step < message.step) {
    return isNeverCommitted(message)
      ? { do: 'skip', reason: 'never_committed' }
      : { do: 'await-commit' };
  }
  if (job.step > message.step) return { do: 'skip', reason: 'stale_step' };
  return job.state === 'running' ? { do: 'step', job } : { do: 'skip', reason: job.state };
}

/** Whether a delivery from the job's list is as it was when the job was made. */
export function isUnchangedSince(job: ReplayJob, delivery: Delivery): boolean {
  return delivery.updatedAt <= job.createdAt;
}

/** The time of a replay by this job, after which the delivery does not match any more, whatever the clocks say. */
export function replayTime(job: ReplayJob, now: number): number {
  return Math.max(now, job.createdAt + 1);
}

/** As many deliveries as are due within one step. */
export function stepSize(job: ReplayJob): number {
  return Math.min(limits.jobPageSize, (job.perSecond * limits.replayStepMs) / 1_000);
}

/** A step asks for what is due within its length, and is at work a moment before. */
function nextDueAtOf({ nextDueAt }: ReplayJob, now: number): number {
  return plausible(nextDueAt, now, 2 * limits.replayStepMs);
}

/** When the replays of a step are due, one after the other, and then those of the step after it. */
export function dueTimes(job: ReplayJob, now: number): (index: number) => number {
  const start = Math.max(now, nextDueAtOf(job, now));
  return (index) => Math.round(start + (index * 1_000) / job.perSecond);
}

/** What one step came to. */
export type StepResult = {
  examined: number;
  replayed: number;
  /** Of the list that the step read; null at its end. */
  nextCursor: string | null;
  nextDueAt: number;
};

/** The job after a step. It may have been paused or cancelled meanwhile, and stays so: what was done is done. */
export function afterStep(
  job: ReplayJob,
  result: StepResult,
  at: { now: number; retentionMs: number },
): ReplayJob {
  const { examined, replayed, nextCursor, nextDueAt } = result;
  const after: ReplayJob = {
    ...changed(job, at.now),
    examined: job.examined + examined,
    replayed: job.replayed + replayed,
    skipped: job.skipped + examined - replayed,
    remaining: nextCursor === null ? job.remaining.slice(1) : job.remaining,
    cursor: nextCursor,
    step: job.step + 1,
    nextDueAt,
  };
  const isOver = after.state === 'running' && after.remaining.length === 0;
  return isOver ? ended(after, 'completed', at) : after;
}

/** Null where the job is not running. */
export function pauseJob(job: ReplayJob, now: number): ReplayJob | null {
  return job.state === 'running' ? { ...changed(job, now), state: 'paused' } : null;
}

/** Null where the job is not paused. */
export function resumeJob(job: ReplayJob, now: number): ReplayJob | null {
  if (job.state !== 'paused') return null;
  // Two ahead: the message of the step before the pause may still come, and that of the step after it.
  const nextDueAt = Math.max(startOf(now), nextDueAtOf(job, now));
  return { ...changed(job, now), state: 'running', step: job.step + 2, nextDueAt };
}

/** Null where the job has ended. */
export function cancelJob(
  job: ReplayJob,
  at: { now: number; retentionMs: number },
): ReplayJob | null {
  const isOpen = job.state === 'running' || job.state === 'paused';
  return isOpen ? ended(changed(job, at.now), 'cancelled', at) : null;
}

function changed(job: ReplayJob, now: number): ReplayJob {
  return { ...job, updatedAt: now, version: job.version + 1 };
}

function ended(
  job: ReplayJob,
  state: 'completed' | 'cancelled',
  { now, retentionMs }: { now: number; retentionMs: number },
): ReplayJob {
  return { ...job, state, completedAt: now, expiresAt: now + retentionMs };
}
