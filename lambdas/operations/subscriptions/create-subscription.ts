// Creates a subscription. Nothing is owed to it yet, so one write suffices.
import type { NewSubscription } from '../../contract/http/resources.ts';
import { subscriptionIdFrom } from '../../core/ids.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { createSubscription as newSubscription } from '../../core/subscriptions/apply-fields.ts';
import { checkOperational } from '../announcements/check-operational.ts';
import { checkSubscriptionRoom } from './check-subscription-room.ts';
import { checkTargets } from '../endpoints/check-targets.ts';
import type { Context } from '../context.ts';
import { forgetSubscription } from '../context.ts';

export async function createSubscription(
  context: Context,
  tenant: string,
  fields: NewSubscription,
): Promise<Subscription> {
  checkTargets(context, fields);
  const now = context.clock.now();
  const id = subscriptionIdFrom(now, context.chance.bytes(10));
  await checkOperational(context, { tenant, id }, fields);
  const subscription = newSubscription({ tenant, id, now }, fields);
  await checkSubscriptionRoom(context, tenant);
  await context.subscriptions.create(subscription);
  forgetSubscription(context, tenant, id);
  return subscription;
}
