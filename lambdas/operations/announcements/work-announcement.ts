// Announces one change: first to the operator subscriptions that want it, each through an ordinary
// delivery, then to the event bus. It announces only what is stored, so it waits for a change that
// is not stored yet and drops one that never is. Repeating an announcement accepts the same
// deliveries again, which changes nothing; only the bus may receive an event twice.
import type { AnnounceMessage } from '../../contract/messages.ts';
import { isDeliveryId, isSubscriptionId } from '../../core/ids.ts';
import {
  announcedDeliveryId,
  failureAnnouncement,
  healthAnnouncement,
  isSame,
  nextLookMs,
} from '../../core/announcements/operational-event.ts';
import type { Announcement, Change } from '../../core/announcements/operational-event.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { acceptEvent } from '../events/accept-event.ts';
import { operatorsFor } from './announce.ts';
import type { Context } from '../context.ts';

export async function workAnnouncement(context: Context, message: AnnounceMessage): Promise<void> {
  const { tenant, subscriptionId, change } = message;
  if (!isSubscriptionId(subscriptionId)) return;
  const subscription = await context.subscriptions.get(tenant, subscriptionId);
  // A deleted subscription has no operator.
  if (subscription === undefined) return;
  const announcement = await find(context, subscription, change);
  if (announcement === undefined) return awaitChange(context, message);
  const deliveries = await deliver(context, subscription, announcement);
  await context.bus.put(announcement.event);
  const { type } = announcement.event;
  context.log.info('change.announced', { tenant, subscriptionId, type, deliveries });
}

async function find(
  context: Context,
  subscription: Subscription,
  change: Change,
): Promise<Announcement | undefined> {
  if (change.of === 'health') {
    const event = { at: change.at, kind: change.event };
    const isStored = subscription.health.history.some((other) => isSame(other, event));
    return isStored ? healthAnnouncement(subscription, event) : undefined;
  }
  const { deliveryId, cycle } = change;
  if (!isDeliveryId(deliveryId)) return undefined;
  const found = await context.deliveries.detail(subscription.tenant, deliveryId);
  // The attempt still tells, even if a replay has begun another cycle since.
  const failure = found?.attempts.find(
    (attempt) => attempt.cycle === cycle && attempt.outcome === 'failure',
  );
  if (found === undefined || failure === undefined) return undefined;
  return failureAnnouncement(subscription, found.delivery, failure);
}

async function awaitChange(context: Context, message: AnnounceMessage): Promise<void> {
  const { looks = 0 } = message;
  const waitMs = nextLookMs(looks);
  if (waitMs !== null) {
    const dueAt = context.clock.now() + waitMs;
    await context.queue.send([{ ...message, looks: looks + 1, dueAt }]);
    return;
  }
  const { tenant, subscriptionId, change } = message;
  context.log.info('announcement.dropped', { tenant, subscriptionId, change });
}

/** Returns the number of subscriptions. */
async function deliver(
  context: Context,
  subscription: Subscription,
  announcement: Announcement,
): Promise<number> {
  const { event, hops } = announcement;
  const operators = await operatorsFor(context, subscription, event.type);
  for (const operator of operators) {
    await acceptEvent(context, operator, {
      id: announcedDeliveryId(operator.id, announcement),
      eventType: event.type,
      contentType: 'application/json',
      contentEncoding: null,
      hops,
      body: new TextEncoder().encode(JSON.stringify(event)),
    });
  }
  return operators.length;
}
