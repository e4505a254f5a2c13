// Requests announcements: message first, change last. A crash in between leaves a message that
// finds nothing and ends, never a change that nobody hears about. Without listeners no message is
// sent.
import type { OperationalEventType } from '../../contract/announcements/operational-events.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { wantsEvent } from '../../core/events/matching.ts';
import { announceMessage, newsOf, typeOf } from '../../core/announcements/operational-event.ts';
import type { Change } from '../../core/announcements/operational-event.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Context } from '../context.ts';
import { recallOperational } from '../context.ts';

/** What a change adds to the subscription's history. */
export async function announceHealth(
  context: Context,
  before: Subscription,
  after: Subscription,
): Promise<void> {
  for (const { at, kind } of newsOf(before, after)) {
    await announce(context, after, { of: 'health', event: kind, at });
  }
}

/** Announces that the delivery failed permanently. */
export async function announceFailure(
  context: Context,
  subscription: Subscription,
  { id: deliveryId, cycle }: Delivery,
): Promise<void> {
  await announce(context, subscription, { of: 'delivery', deliveryId, cycle });
}

async function announce(
  context: Context,
  subscription: Subscription,
  change: Change,
): Promise<void> {
  if (!(await isHeard(context, subscription, typeOf(change)))) return;
  await context.queue.send([announceMessage(subscription, change, context.clock.now())]);
}

async function isHeard(
  context: Context,
  subscription: Subscription,
  type: OperationalEventType,
): Promise<boolean> {
  if (context.rules.operationalEvents === 'off') return false;
  return context.bus.isHeard || (await operatorsFor(context, subscription, type)).length > 0;
}

/**
 * Changes of operator subscriptions are not announced, or they would trigger each other endlessly.
 */
export async function operatorsFor(
  context: Context,
  { tenant, operationalEvents }: Subscription,
  type: OperationalEventType,
): Promise<readonly Subscription[]> {
  if (operationalEvents) return [];
  const operators = await recallOperational(context, tenant);
  return operators.filter(({ eventTypes }) => wantsEvent(eventTypes, type, 'deliver'));
}
