// Stores a change of a subscription that nobody else changes at the same time. When that makes an inactive one active,
// the jobs that send what is parked go first: a crash between the two leaves jobs that find it inactive and end, never
// parked deliveries that nobody sends.
import type { SubscriptionId } from '../core/ids.ts';
import { drainJobs } from '../core/jobs.ts';
import { ServiceError } from '../core/service-error.ts';
import type { Subscription } from '../core/subscription.ts';
import type { Context } from './context.ts';
import { forgetSubscription } from './context.ts';
import { findSubscription } from './find-subscription.ts';

/** Somebody else may change it between reading and writing; more often than this in a row is a conflict. */
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
    const after = change(before, now);
    if (before.status === 'inactive' && after.status === 'active') {
      await context.queue.send(drainJobs(tenant, id, now));
    }
    if ((await context.subscriptions.replace(before, after)) === 'replaced') {
      forgetSubscription(context, tenant, id);
      return after;
    }
  }
  throw new ServiceError('conflict', 'The subscription keeps changing; try again');
}
