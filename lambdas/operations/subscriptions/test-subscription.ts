// Sends a sample event to one subscription through the real path: stored, queued, signed, logged. It skips the type
// filter, since its purpose is to try the endpoint.
import { deliveryIdFrom } from '../../core/ids.ts';
import type { DeliveryId } from '../../core/ids.ts';
import { checkPayload } from '../../core/events/payload.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { acceptEvent } from '../events/accept-event.ts';
import type { Context } from '../context.ts';

export const testEventType = 'webhook.test';

/** Null fields get a default here. */
export type Sample = {
  eventType: string | null;
  contentType: string | null;
  body: Uint8Array | null;
};

export async function testSubscription(
  context: Context,
  subscription: Subscription,
  sample: Sample,
): Promise<DeliveryId> {
  const now = context.clock.now();
  const id = deliveryIdFrom(subscription.id, now, context.chance.bytes(10));
  const eventType = sample.eventType ?? testEventType;
  const body = sample.body ?? usualBody(eventType);
  const contentType = sample.contentType ?? 'application/json';
  const content = checkPayload(
    { contentType, contentEncoding: null, body },
    context.rules.bodyBytesMax,
  );
  await acceptEvent(context, subscription, { id, eventType, ...content, hops: 0, body });
  return id;
}

function usualBody(type: string): Uint8Array {
  const data = { message: 'A test event of the webhook delivery service' };
  return new TextEncoder().encode(JSON.stringify({ type, data }));
}
