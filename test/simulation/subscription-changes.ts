// The changes of subscriptions, as an operator's requests make them.
import { subscriptionIdFrom } from '../../lambdas/core/ids.ts';
import type { SubscriptionId } from '../../lambdas/core/ids.ts';
import { cancelJobs, drainJobs } from '../../lambdas/core/jobs.ts';
import type { RetrySchedule } from '../../lambdas/core/retry-schedule.ts';
import { ServiceError } from '../../lambdas/core/service-error.ts';
import type { Subscription } from '../../lambdas/core/subscription.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import { forgetSubscription } from '../../lambdas/operations/context.ts';

export async function createSubscription(
  context: Context,
  fields: {
    tenant: string;
    secret: string | null;
    retrySchedule: RetrySchedule | null;
    timeoutMs: number;
  },
): Promise<Subscription> {
  const now = context.clock.now();
  const id = subscriptionIdFrom(now, context.chance.bytes(10));
  const subscription: Subscription = {
    ...fields,
    id,
    name: null,
    targetUrl: `https://${id}.example/`,
    eventTypes: null,
    status: 'active',
    inactiveReason: null,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
  await context.subscriptions.create(subscription);
  return subscription;
}

export async function changeSubscription(
  context: Context,
  key: { tenant: string; id: SubscriptionId },
  change: Partial<Pick<Subscription, 'status' | 'secret'>>,
): Promise<void> {
  const { tenant, id } = key;
  const before = await existing(context, key);
  const now = context.clock.now();
  const status = change.status ?? before.status;
  const after: Subscription = {
    ...before,
    ...change,
    inactiveReason: status === 'active' ? null : (before.inactiveReason ?? 'paused'),
    updatedAt: now,
    version: before.version + 1,
  };
  if (before.status === 'inactive' && status === 'active') {
    await context.queue.send(drainJobs(tenant, id, now));
  }
  if ((await context.subscriptions.replace(before, after)) === 'superseded') {
    throw new ServiceError('conflict', 'The subscription keeps changing; try again');
  }
  forgetSubscription(context, tenant, id);
}

export async function deleteSubscription(
  context: Context,
  key: { tenant: string; id: SubscriptionId },
): Promise<void> {
  await existing(context, key);
  await context.queue.send(cancelJobs(key.tenant, key.id, context.clock.now()));
  await context.subscriptions.remove(key.tenant, key.id);
  forgetSubscription(context, key.tenant, key.id);
}

async function existing(
  context: Context,
  key: { tenant: string; id: SubscriptionId },
): Promise<Subscription> {
  const found = await context.subscriptions.get(key.tenant, key.id);
  if (found === undefined) throw new ServiceError('not-found', 'Subscription not found');
  return found;
}
