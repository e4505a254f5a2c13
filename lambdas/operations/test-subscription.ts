// Sends a sample event to one subscription through the real path: stored, queued, signed, logged. It skips the type
// filter, since its purpose is to try the endpoint.
import { deliveryIdFrom } from '../core/ids.ts';
import type { DeliveryId } from '../core/ids.ts';
import { ServiceError } from '../core/service-error.ts';
import type { Subscription } from '../core/subscription.ts';
import { acceptEvent } from './accept-event.ts';
import type { Context } from './context.ts';

export const testEventType = 'webhook.test';

export async function testSubscription(
  context: Context,
  subscription: Subscription,
  sample: { eventType: string | null; payload: unknown },
): Promise<DeliveryId> {
  const now = context.clock.now();
  const id = deliveryIdFrom(subscription.id, now, context.chance.bytes(10));
  const eventType = sample.eventType ?? testEventType;
  const payload = sample.payload ?? {
    type: eventType,
    data: { message: 'A test event of the webhook delivery service' },
  };
  const body = new TextEncoder().encode(JSON.stringify(payload));
  if (body.byteLength > context.rules.bodyBytesMax) {
    throw new ServiceError(
      'payload-too-large',
      `The payload is larger than ${context.rules.bodyBytesMax} bytes`,
    );
  }
  await acceptEvent(context, subscription, {
    id,
    eventType,
    contentType: 'application/json',
    contentEncoding: null,
    hops: 0,
    body,
  });
  return id;
}
