// One page of a drain: asks for the next attempt of every parked delivery of a subscription that is active again.
// The rows stay parked until their attempt is recorded, so sending a page twice changes nothing.
import { limits } from '../contract/limits.ts';
import type { DrainMessage } from '../contract/messages.ts';
import { isSubscriptionId } from '../core/ids.ts';
import { attemptRequest } from './accept-event.ts';
import type { Context } from './context.ts';

export async function drainParked(context: Context, message: DrainMessage): Promise<void> {
  const { tenant, subscriptionId, cursor } = message;
  if (!isSubscriptionId(subscriptionId)) return;
  const subscription = await context.subscriptions.get(tenant, subscriptionId);
  if (subscription?.status !== 'active') return;
  const page = { limit: limits.jobPageSize, cursor };
  const parked = await context.deliveries.listParked(tenant, subscriptionId, page);
  const now = context.clock.now();
  await context.queue.send(parked.items.map((delivery) => attemptRequest(delivery, now)));
  if (parked.nextCursor !== null) {
    await context.queue.send([{ ...message, cursor: parked.nextCursor, dueAt: now }]);
  }
  context.log.info('subscription.drained', {
    tenant,
    subscriptionId,
    deliveries: parked.items.length,
    more: parked.nextCursor !== null,
  });
}
