// One step of a replay job: replays one page of matches, requests the next step, then stores the
// job. After a crash the message comes again and the step is repeated: what it had replayed no
// longer matches.
import { limits } from '../../contract/limits/limits.ts';
import type { AttemptMessage, ReplayMessage } from '../../contract/messages.ts';
import { nextLook } from '../../core/deliveries/decide.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { heldBackBy } from '../../core/endpoints/health.ts';
import { isReplayId } from '../../core/ids.ts';
import {
  afterStep,
  decideStep,
  dueTimes,
  isUnchangedSince,
  listedFilters,
  replayTime,
  stepMessage,
  stepSize,
} from '../../core/replays/replay-job.ts';
import type { ReplayJob, StepDecision, StepResult } from '../../core/replays/replay-job.ts';
import { statsDelta } from '../../core/ledger/stats.ts';
import { askForReplay } from './ask-for-replay.ts';
import type { Context } from '../context.ts';
import { recallSubscription } from '../context.ts';
import { countChanges } from '../ledger/count-changes.ts';
import { listMatches } from './replay-matches.ts';

/** Resolves when the message is done; rejects when it must come again. */
export async function advanceReplay(context: Context, message: ReplayMessage): Promise<void> {
  let decision = await decided(context, message);
  if (decision.do === 'await-commit') {
    await context.wait(limits.commitReadRetryMs);
    decision = await decided(context, message);
  }
  switch (decision.do) {
    case 'await-commit':
      return context.queue.send([nextLook(message, context.clock.now())]);
    case 'skip':
      return skip(context, message, decision.reason);
    case 'step':
      return storeStep(context, message, await doStep(context, decision.job));
  }
}

async function decided(context: Context, message: ReplayMessage): Promise<StepDecision> {
  return decideStep(message, await load(context, message));
}

async function load(context: Context, message: ReplayMessage): Promise<ReplayJob | undefined> {
  const { tenant, replayId } = message;
  return isReplayId(replayId) ? context.replays.get(tenant, replayId) : undefined;
}

function skip(context: Context, message: ReplayMessage, reason: string): void {
  const { tenant, replayId, step } = message;
  context.log.info('replay.skipped', { tenant, replayId, step, reason });
}

async function doStep(context: Context, job: ReplayJob): Promise<StepResult> {
  const now = context.clock.now();
  const dueAt = dueTimes(job, now);
  const [status] = job.remaining;
  if (status === undefined) {
    return { examined: 0, replayed: 0, nextCursor: null, nextDueAt: dueAt(0) };
  }
  const about = { tenant: job.tenant, filters: listedFilters(job) };
  const { cursor } = job;
  const page = await listMatches(context, about, { status, limit: stepSize(job), cursor });
  const planned = await plan(context, job, { deliveries: page.items, now, dueAt });
  return {
    examined: page.items.length,
    replayed: await carryOut(context, planned),
    nextCursor: page.nextCursor,
    nextDueAt: dueAt(planned.messages.length),
  };
}

type Plan = { changes: { before: Delivery; next: Delivery }[]; messages: AttemptMessage[] };

async function plan(
  context: Context,
  job: ReplayJob,
  page: { deliveries: readonly Delivery[]; now: number; dueAt: (index: number) => number },
): Promise<Plan> {
  const made: Plan = { changes: [], messages: [] };
  const now = replayTime(job, page.now);
  for (const before of page.deliveries) {
    if (!isUnchangedSince(job, before)) continue;
    const subscription = await recallSubscription(context, job.tenant, before.subscriptionId);
    if (subscription === undefined) continue;
    const start = { heldBackBy: heldBackBy(subscription), at: page.dueAt(made.messages.length) };
    const { next, message } = askForReplay(context, before, { now, start });
    made.changes.push({ before, next });
    if (message !== null) made.messages.push(message);
  }
  return made;
}

/** Messages first, rows last. Returns how many rows were unchanged since they were read. */
async function carryOut(context: Context, { changes, messages }: Plan): Promise<number> {
  if (messages.length > 0) await context.queue.send(messages);
  const results = await Promise.allSettled(
    changes.map(({ before, next }) => context.deliveries.transition(before, next)),
  );
  const applied = changes.filter((_, index) => {
    const result = results[index];
    return result?.status === 'fulfilled' && result.value === 'applied';
  });
  await countChanges(
    context,
    applied.map(({ before, next }) => statsDelta(before, next, null)),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return applied.length;
}

/**
 * Somebody may pause or cancel the job between read and write; after losing more often than this
 * the message comes again.
 */
const storeTriesMax = 5;

async function storeStep(
  context: Context,
  message: ReplayMessage,
  result: StepResult,
): Promise<void> {
  const { retentionMs } = context.rules;
  let isAsked = false;
  for (let tries = 0; tries < storeTriesMax; tries += 1) {
    // Read again, so that only one of two workers on the same step continues.
    const before = await load(context, message);
    if (before?.step !== message.step) return skip(context, message, 'stale_step');
    const now = context.clock.now();
    const after = afterStep(before, result, { now, retentionMs });
    if (after.state === 'running' && !isAsked) {
      await context.queue.send([stepMessage(after, now)]);
      isAsked = true;
    }
    if ((await context.replays.replace(before, after)) === 'replaced') {
      const { tenant, id: replayId, state, examined, replayed, skipped } = after;
      const { step } = message;
      const fields = { tenant, replayId, step, state, examined, replayed, skipped };
      return context.log.info('replay.advanced', fields);
    }
  }
  throw new Error('The replay kept changing while storing its step');
}
