// A tenant has so many subscriptions at most. They are counted once in a while and not for each that is made: a process
// adds its own to what it counted, so what others make meanwhile may come on top.
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Context } from '../context.ts';

type Needs = Pick<Context, 'clock' | 'subscriptions' | 'subscriptionCountMemo' | 'rules'>;

export async function checkSubscriptionRoom(context: Needs, tenant: string): Promise<void> {
  const most = context.rules.subscriptionsMax;
  const counted = await context.subscriptionCountMemo.get(tenant, context.clock, async () => ({
    count: await context.subscriptions.count(tenant, most),
  }));
  if (counted.count >= most) {
    throw new ServiceError('limit-exceeded', `There are ${most} subscriptions already`);
  }
  counted.count += 1;
}
