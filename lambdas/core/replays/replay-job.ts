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

/** Open deliveries need no replay. */
export type ReplayableStatus = 'delivered' | 'failed' | 'cancelled';

/** Null means no filter. */
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
  /** How many deliveries matched at creation; null if too many to count. */
  matched: number | null;
  /** Deliveries listed so far: replayed, and skipped (changed since, or without a subscription). */
  examined: number;
  replayed: number;
  skipped: number;
  /** The statuses whose lists are not exhausted, and where the first continues. */
  remaining: readonly ReplayableStatus[];
  cursor: string | null;
  /** The next step, counted from 1. */
  step: number;
  /** Epoch ms of the earliest next replay, to keep the pace. */
  nextDueAt: number;
  createdAt: number;
  updatedAt: number;
  completedAt: number | null;
  /** Epoch ms when it may be removed; null while it is open. */
  expiresAt: number | null;
  /** Counts changes; a change is stored only if no concurrent one came first. */
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

/** The message for the job's next step, due a little before that step's first replay. */
export function stepMessage(job: ReplayJob, now: number): ReplayMessage {
  const { tenant, id: replayId, step } = job;
  const dueAt = Math.max(now, job.nextDueAt - limits.replayLeadMs);
  return { version: 1, kind: 'replay', tenant, replayId, step, sentAt: now, dueAt };
}

/** The job's list query: deliveries accepted after its creation cannot match. */
export function listedFilters({ filters, createdAt }: ReplayJob): ReplayFilters {
  return { ...filters, until: Math.min(filters.until ?? Infinity, createdAt + 1) };
}

export type StepDecision =
  | { do: 'step'; job: ReplayJob }
  | { do: 'skip'; reason: 'stale_step' | 'never_committed' | Exclude<ReplayState, 'running'> }
  /** The job, or its previous step, is not stored yet. */
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

/** Whether a listed delivery is unchanged since the job was created. */
export function isUnchangedSince(job: ReplayJob, delivery: Delivery): boolean {
  return delivery.updatedAt <= job.createdAt;
}

/**
 * The time of a replay by this job; it ensures that the delivery no longer matches, whatever the
 * clocks say.
 */
export function replayTime(job: ReplayJob, now: number): number {
  return Math.max(now, job.createdAt + 1);
}

/** As many deliveries as are due within one step. */
export function stepSize(job: ReplayJob): number {
  return Math.min(limits.jobPageSize, (job.perSecond * limits.replayStepMs) / 1_000);
}

/** A step requests what is due within its length, and runs a moment before. */
function nextDueAtOf({ nextDueAt }: ReplayJob, now: number): number {
  return plausible(nextDueAt, now, 2 * limits.replayStepMs);
}

/** The due times of a step's replays in order, followed by the next step's. */
export function dueTimes(job: ReplayJob, now: number): (index: number) => number {
  const start = Math.max(now, nextDueAtOf(job, now));
  return (index) => Math.round(start + (index * 1_000) / job.perSecond);
}

/** The result of one step. */
export type StepResult = {
  examined: number;
  replayed: number;
  /** The cursor of the list that the step read; null at its end. */
  nextCursor: string | null;
  nextDueAt: number;
};

/**
 * The job after a step. If it was paused or cancelled concurrently it stays so; completed work
 * counts.
 */
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

/** Null unless the job is running. */
export function pauseJob(job: ReplayJob, now: number): ReplayJob | null {
  return job.state === 'running' ? { ...changed(job, now), state: 'paused' } : null;
}

/** Null unless the job is paused. */
export function resumeJob(job: ReplayJob, now: number): ReplayJob | null {
  if (job.state !== 'paused') return null;
  // Two ahead: the messages of the step before the pause and of the one after may still arrive.
  const nextDueAt = Math.max(startOf(now), nextDueAtOf(job, now));
  return { ...changed(job, now), state: 'running', step: job.step + 2, nextDueAt };
}

/** Null if the job has ended. */
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
