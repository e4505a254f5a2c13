// The current subscription by id, or a 404.
import type { SubscriptionId } from '../../core/ids.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Context } from '../context.ts';

export async function findSubscription(
  context: Pick<Context, 'subscriptions'>,
  tenant: string,
  id: SubscriptionId,
): Promise<Subscription> {
  const subscription = await context.subscriptions.get(tenant, id);
  if (subscription === undefined) throw new ServiceError('not-found', 'Subscription not found');
  return subscription;
}
