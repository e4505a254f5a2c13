// The id under which an event is accepted, so that a repeated request is one event.
import { limits } from '../../contract/limits/limits.ts';
import type { DeliveryId } from '../../core/ids.ts';
import type { Payload } from '../../core/events/payload.ts';
import { fingerprintOf } from '../../core/events/payload.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Context } from '../context.ts';

/**
 * With a key, a repeated request continues under the first one's id, from wherever that one died;
 * `open` is false if it had already been committed.
 */
export async function claimDelivery(
  context: Context,
  claim: {
    subscription: Subscription;
    event: Payload & { eventType: string | null };
    key: string | null;
    fresh: DeliveryId;
  },
): Promise<{ id: DeliveryId; open: boolean }> {
  const { event, key, fresh } = claim;
  if (key === null) return { id: fresh, open: true };
  const { tenant, id: subscriptionId } = claim.subscription;
  const fingerprint = fingerprintOf(event);
  const held = await context.idempotency.claim(
    { tenant, subscriptionId, key },
    { deliveryId: fresh, fingerprint },
    context.clock.now(),
  );
  if (held.fingerprint !== fingerprint) {
    throw new ServiceError(
      'idempotency-key-reused',
      'This Idempotency-Key or signed message was already used with a different payload, event type, content type or content encoding',
    );
  }
  if (held.deliveryId === fresh) return { id: fresh, open: true };
  const isStored = await isCommitted(context, tenant, held.deliveryId);
  if (isStored) await context.deliveries.enter(tenant, held.deliveryId);
  return { id: held.deliveryId, open: !isStored };
}

/**
 * Gives the request that holds the key a moment to finish, so that two concurrent ones do not both
 * send a message.
 */
async function isCommitted(context: Context, tenant: string, id: DeliveryId): Promise<boolean> {
  if ((await context.deliveries.load(tenant, [id])).has(id)) return true;
  await context.wait(limits.commitReadRetryMs);
  return (await context.deliveries.load(tenant, [id])).has(id);
}
