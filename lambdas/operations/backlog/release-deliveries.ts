// Re-requests one page of the deliveries that a pause postponed, once a person has lifted it. Each
// message carries the turn of its row: the original, still waiting for the pause to end, then finds
// its attempt recorded and is skipped.
import { limits } from '../../contract/limits/limits.ts';
import type { ReleaseMessage } from '../../contract/messages.ts';
import { propagationMs } from '../../contract/limits/propagation.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { isSubscriptionId } from '../../core/ids.ts';
import { attemptRequest } from '../events/accept-event.ts';
import type { Context } from '../context.ts';
import { pageOfSubscription } from '../deliveries/page-of-subscription.ts';

export async function releaseDeliveries(context: Context, message: ReleaseMessage): Promise<void> {
  const { tenant, subscriptionId, cursor } = message;
  if (!isSubscriptionId(subscriptionId)) return;
  const subscription = await context.subscriptions.get(tenant, subscriptionId);
  if (subscription === undefined) return;
  const now = context.clock.now();
  const { heldUntil } = subscription;
  if (subscription.version < message.liftedBy) {
    // The change may not be stored yet.
    const { looks = 0 } = message;
    if (looks > 0) return;
    await context.queue.send([{ ...message, looks: 1, dueAt: now + propagationMs }]);
    return;
  }
  const page = await pageOfSubscription(context, { tenant, subscriptionId, cursor });
  // A pause that the endpoint has requested since still applies.
  const spacingMs = 1_000 / limits.resumeDrainPerSecondMin;
  const requests = page.items
    .filter((delivery) => isPutOff(delivery, now))
    .filter((delivery) => heldUntil === null || delivery.updatedAt <= message.sentAt)
    .map((delivery, index) => {
      const dueAt = now + Math.floor(index * spacingMs);
      return { ...attemptRequest(delivery, delivery.turn ?? '', now), dueAt };
    });
  const endsAt = now + Math.ceil(requests.length * spacingMs);
  const next = { ...message, cursor: page.nextCursor, dueAt: endsAt };
  const messages = [...requests, ...(page.nextCursor === null ? [] : [next])];
  if (messages.length > 0) await context.queue.send(messages);
  context.log.info('pause.lifted', { tenant, subscriptionId, released: requests.length });
}

/**
 * Postponed by a pause to a future time. Less than a minute is not shown in the row, and soon over.
 */
function isPutOff({ turn, nextAttemptAt, pausesSince }: Delivery, now: number): boolean {
  return turn !== null && pausesSince !== null && (nextAttemptAt ?? 0) > now;
}
