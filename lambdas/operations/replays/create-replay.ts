// Creates a replay job, or only counts its matches. Message first, row last, as when accepting: a
// crash in between leaves a message whose job never appears, and nobody was told about it.
import { limits } from '../../contract/limits/limits.ts';
import { replayIdFrom } from '../../core/ids.ts';
import { createReplayJob, stepMessage } from '../../core/replays/replay-job.ts';
import type { ReplayFilters, ReplayJob } from '../../core/replays/replay-job.ts';
import { ServiceError, invalidField } from '../../core/shared/service-error.ts';
import type { Context } from '../context.ts';
import { findSubscription } from '../subscriptions/find-subscription.ts';
import { countMatches } from './replay-matches.ts';
import type { MatchCount } from './replay-matches.ts';

export type ReplayWish = { filters: ReplayFilters; perSecond: number; dryRun: boolean };

/** The job is null if only a count was requested. */
export async function createReplay(
  context: Context,
  tenant: string,
  wish: ReplayWish,
): Promise<{ count: MatchCount; job: ReplayJob | null }> {
  const { filters, perSecond, dryRun } = wish;
  const { subscriptionId, since, until } = filters;
  if (since !== null && until !== null && since >= until) {
    throw invalidField('/since', 'must be before until');
  }
  if (subscriptionId !== null) await findSubscription(context, tenant, subscriptionId);
  if (!dryRun) await checkRoom(context, tenant);
  const count = await countMatches(context, { tenant, filters });
  if (dryRun) return { count, job: null };
  const now = context.clock.now();
  const id = replayIdFrom(now, context.chance.bytes(10));
  const matched = count.complete ? count.matched : null;
  const job = createReplayJob({ tenant, id, filters, perSecond, matched }, now);
  await context.queue.send([stepMessage(job, now)]);
  await context.replays.create(job);
  return { count, job };
}

async function checkRoom(context: Context, tenant: string): Promise<void> {
  if ((await context.replays.countOpen(tenant)) < limits.replaysOpenMax) return;
  throw new ServiceError(
    'limit-exceeded',
    `${limits.replaysOpenMax} replays are already running or paused: wait for one to end, or cancel one`,
  );
}
