// Stores a change of a subscription unless somebody else changed it concurrently. If the change
// frees what was held back, the jobs that send the backlog and the postponed deliveries go first: a
// crash in between leaves a job that the subscription does not name, which ends, never parked
// deliveries that nobody sends.
import type { SubscriptionId } from '../../core/ids.ts';
import { turnFrom } from '../../core/ids.ts';
import { backlogJob, liftsPause, paceOfChange, releaseJobs } from '../../core/backlog/jobs.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Context } from '../context.ts';
import { findSubscription } from './find-subscription.ts';
import { replaceSubscription } from './replace-subscription.ts';

/**
 * Somebody else may change it between read and write; losing more often than this is a conflict.
 */
const triesMax = 3;

export async function changeSubscription(
  context: Context,
  key: { tenant: string; id: SubscriptionId },
  change: (before: Subscription, now: number) => Subscription,
): Promise<Subscription> {
  const { tenant, id } = key;
  for (let tries = 0; tries < triesMax; tries += 1) {
    const before = await findSubscription(context, tenant, id);
    const now = context.clock.now();
    const wanted = change(before, now);
    if (liftsPause(before, wanted)) await context.queue.send(releaseJobs(wanted, now));
    const after = await withBacklogJob(context, before, wanted);
    if ((await replaceSubscription(context, before, after)) === 'replaced') return after;
  }
  throw new ServiceError('conflict', 'The subscription keeps changing; retry');
}

async function withBacklogJob(
  context: Context,
  before: Subscription,
  after: Subscription,
): Promise<Subscription> {
  const pace = paceOfChange(before, after);
  if (pace === null) return after;
  const now = context.clock.now();
  const job = turnFrom(context.chance.bytes(5));
  await context.queue.send([backlogJob(after, { job, pace, dueAt: now }, now)]);
  return { ...after, health: { ...after.health, backlogJob: { id: job, step: 0, pace } } };
}
