// What must hold of replay jobs: one that runs has a message that goes on with it, no delivery is replayed twice by the
// same job, and one that is completed has missed nothing.
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { acceptedAtOf } from '../../lambdas/core/ids.ts';
import type { ReplayId } from '../../lambdas/core/ids.ts';
import type {
  ReplayFilters,
  ReplayJob,
  ReplayableStatus,
} from '../../lambdas/core/replays/replay-job.ts';
import { must } from './facts.ts';
import type { Facts } from './facts.ts';
import { shownJob } from './replay-store.ts';
import { shown } from './store.ts';
import type { Row } from './store.ts';

/** Lists may be behind by two seconds, and clocks by half of one. */
const slackMs = 3_000;

export function checkJobChange(before: ReplayJob | null, after: ReplayJob): void {
  const about = () => `${before === null ? 'nothing' : shownJob(before)} → ${shownJob(after)}`;
  must(after.version === (before?.version ?? 0) + 1, 'I10 versions', about);
  must(after.step >= (before?.step ?? 1), 'I10 forward', about);
  must(after.examined === after.replayed + after.skipped, 'I10 counts', about);
  const isEnd = before?.completedAt === null || before === null;
  must(isEnd || after.state === before.state, 'I10 final is final', about);
}

export function checkJobNotForgotten(facts: Facts, id: ReplayId): void {
  const job = facts.database.replays.get(id);
  if (job?.state !== 'running') return;
  must(
    isJobKept(facts, id) || facts.lostAt.has(id),
    'I1',
    () => `${shownJob(job)} is running and no message goes on with it`,
  );
}

export function isJobKept({ database, waiting }: Facts, id: ReplayId): boolean {
  const step = database.replays.get(id)?.step;
  return [...(waiting.get(id) ?? [])].some(
    (message) => message.kind === 'replay' && message.step === step,
  );
}

/** Cycles that jobs may have begun: at most one each. */
export function jobCyclesMax(facts: Facts, delivery: Delivery): number {
  const jobs = [...facts.database.replays.values()];
  return jobs.filter((job) => isAbout(job, delivery)).length;
}

function isAbout({ tenant, filters }: ReplayJob, delivery: Delivery): boolean {
  const { subscriptionId, eventType } = filters;
  return (
    tenant === delivery.tenant &&
    (subscriptionId === null || subscriptionId === delivery.subscriptionId) &&
    (eventType === null || eventType === delivery.eventType)
  );
}

export function checkJobSettled(facts: Facts, job: ReplayJob): void {
  must(job.state !== 'running', 'I9', () => `${shownJob(job)} is running when all is quiet`);
  if (job.state !== 'completed') return;
  for (const row of facts.database.rows.values()) {
    // Nothing is replayed without its subscription.
    if (!facts.database.subscriptions.has(row.delivery.subscriptionId)) continue;
    if (!isListed(facts, job, row.delivery)) continue;
    const missed = missedBy(facts, job, row);
    must(missed === null, 'I1', () => `${shownJob(job)} has missed ${shown(missed!)}`);
  }
}

/** By whichever clock was behind. */
function madeAt({ jobsMadeAt }: Facts, { id, createdAt }: ReplayJob): number {
  return Math.min(createdAt, jobsMadeAt.get(id) ?? createdAt);
}

/** Where nobody was answered 202, a row may lack the entry by which lists of all subscriptions find it. */
function isListed(facts: Facts, job: ReplayJob, { id }: Delivery): boolean {
  const enteredAt = facts.database.entries.get(id)?.at ?? Infinity;
  return job.filters.subscriptionId !== null || enteredAt <= madeAt(facts, job) - slackMs;
}

/** The delivery as it was when the job was made, where the job should have replayed it and nobody touched it since. */
function missedBy(facts: Facts, job: ReplayJob, { delivery, history }: Row): Delivery | null {
  if (!isAbout(job, delivery)) return null;
  const index = history.findLastIndex(({ at }) => at <= madeAt(facts, job) - slackMs);
  const then = history[index]?.delivery;
  // What a clock dates after the job that was ahead, or by a job's clock that was behind, is not the job's.
  if (then !== undefined && Math.max(then.updatedAt, acceptedAtOf(then.id)) > job.createdAt) {
    return null;
  }
  const isTouched = index + 1 < history.length;
  return then !== undefined && !isTouched && matches(job.filters, then) ? then : null;
}

function matches(filters: ReplayFilters, { status, lastErrorCode }: Delivery): boolean {
  const { statuses, errorCode } = filters;
  return (
    statuses.includes(status as ReplayableStatus) &&
    (errorCode === null || errorCode === lastErrorCode)
  );
}
