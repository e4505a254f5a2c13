// Caps a tenant's subscriptions. They are counted occasionally, not on every create: a process adds
// its own to its last count, so concurrent creates elsewhere may exceed the cap.
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Context } from '../context.ts';

type Needs = Pick<Context, 'clock' | 'subscriptions' | 'subscriptionCountMemo' | 'rules'>;

export async function checkSubscriptionRoom(context: Needs, tenant: string): Promise<void> {
  const most = context.rules.subscriptionsMax;
  const counted = await context.subscriptionCountMemo.get(tenant, context.clock, async () => ({
    count: await context.subscriptions.count(tenant, most),
  }));
  if (counted.count >= most) {
    throw new ServiceError('limit-exceeded', `The limit of ${most} subscriptions is reached`);
  }
  counted.count += 1;
}
