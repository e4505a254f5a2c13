// Ingest: authenticate, validate, verify, filter, then accept. The body is kept byte for byte.
import { limits } from '../contract/limits.ts';
import type { DeliveryId } from '../core/ids.ts';
import { deliveryIdFrom, isSubscriptionId } from '../core/ids.ts';
import { wantsEvent } from '../core/matching.ts';
import { checkPayload, fingerprintOf } from '../core/payload.ts';
import { ServiceError } from '../core/service-error.ts';
import { verifiesHubSignature } from '../core/signature.ts';
import type { Subscription } from '../core/subscription.ts';
import { acceptEvent } from './accept-event.ts';
import type { Caller } from './caller.ts';
import { defaultTenant } from './caller.ts';
import type { Context } from './context.ts';
import { recallSubscription } from './context.ts';

export type PublishRequest = {
  caller: Caller | null;
  subscriptionId: string;
  eventType: string | null;
  contentType: string | null;
  /** The `X-Hub-Signature-256` header. */
  signature: string | null;
  idempotencyKey: string | null;
  /** The `webhook-hops` header of an event that is itself a delivery of this service; 0 otherwise. */
  hops: number;
  body: Uint8Array;
};

export type Published =
  | { kind: 'accepted'; deliveryId: DeliveryId }
  /** The subscription does not take events of this type: nothing is stored. */
  | { kind: 'filtered'; eventType: string | null };

/** Rejects with a `ServiceError` for whatever is wrong with the request. */
export async function publishEvent(context: Context, request: PublishRequest): Promise<Published> {
  const subscription = await findSubscription(context, request);
  const contentType = checkPayload(request, context.rules.bodyBytesMax);
  const { eventType } = request;
  if (!wantsEvent(subscription.eventTypes, eventType, context.rules.untypedEvents)) {
    return { kind: 'filtered', eventType };
  }
  if (request.caller !== null) checkSignature(request, subscription.secret);
  if (request.hops >= limits.hopsMax) {
    throw new ServiceError(
      'loop-detected',
      'The event has come round through this service too often',
    );
  }
  const event = { eventType, contentType, hops: request.hops, body: request.body };
  const fresh = deliveryIdFrom(subscription.id, context.clock.now(), context.chance.bytes(10));
  const claimed = await claimId(context, { subscription, request, fresh });
  if (claimed.open) await acceptEvent(context, subscription, { ...event, id: claimed.id });
  return { kind: 'accepted', deliveryId: claimed.id };
}

async function findSubscription(context: Context, request: PublishRequest): Promise<Subscription> {
  const id = request.subscriptionId;
  const tenant = request.caller?.tenant ?? defaultTenant;
  const found = isSubscriptionId(id) ? await recallSubscription(context, tenant, id) : undefined;
  if (request.caller === null) return signedSubscription(request, found);
  if (found === undefined) throw new ServiceError('not-found', 'Subscription not found');
  return found;
}

/** Without a key the signature authenticates: nothing is told before it fits, not even what there is. */
function signedSubscription(
  request: PublishRequest,
  found: Subscription | undefined,
): Subscription {
  if (request.signature === null) {
    throw new ServiceError(
      'unauthenticated',
      'Send an API key with the publish scope, or sign the event with the secret of the subscription.',
    );
  }
  const secret = found?.secret ?? null;
  if (found === undefined || secret === null) {
    throw new ServiceError('signature-invalid', 'Invalid signature');
  }
  checkSignature(request, secret);
  return found;
}

function checkSignature(request: PublishRequest, secret: string | null): void {
  if (secret === null) return;
  if (request.signature === null) {
    // An API key says who publishes; the signature is then a second, optional proof.
    if (typeof request.caller?.keyId === 'string') return;
    throw new ServiceError('signature-missing', 'Missing signature header');
  }
  if (!verifiesHubSignature(secret, request.body, request.signature)) {
    throw new ServiceError('signature-invalid', 'Invalid signature');
  }
}

/**
 * The id to accept the event under. With an `Idempotency-Key` a repeated request goes on under the id of the first,
 * from wherever that one died; `open` is false when it had already been committed.
 */
async function claimId(
  context: Context,
  claim: { subscription: Subscription; request: PublishRequest; fresh: DeliveryId },
): Promise<{ id: DeliveryId; open: boolean }> {
  const { request, fresh } = claim;
  if (request.idempotencyKey === null) return { id: fresh, open: true };
  const { tenant, id: subscriptionId } = claim.subscription;
  const fingerprint = fingerprintOf(request);
  const held = await context.idempotency.claim(
    { tenant, subscriptionId, key: request.idempotencyKey },
    { deliveryId: fresh, fingerprint },
    context.clock.now(),
  );
  if (held.fingerprint !== fingerprint) {
    throw new ServiceError(
      'idempotency-key-reused',
      'This Idempotency-Key was used with another payload, event type or content type',
    );
  }
  if (held.deliveryId === fresh) return { id: fresh, open: true };
  return { id: held.deliveryId, open: !(await isCommitted(context, tenant, held.deliveryId)) };
}

/** Gives the request that holds the key a moment to finish, so that two at once do not both send a message. */
async function isCommitted(context: Context, tenant: string, id: DeliveryId): Promise<boolean> {
  if ((await context.deliveries.load(tenant, [id])).has(id)) return true;
  await context.wait(limits.commitReadRetryMs);
  return (await context.deliveries.load(tenant, [id])).has(id);
}
