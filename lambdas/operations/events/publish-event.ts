// Ingest: authenticate, validate, verify, filter, then accept. The body is kept byte for byte.
import { limits } from '../../contract/limits/limits.ts';
import type { Greeting } from '../../core/events/handshakes.ts';
import type { DeliveryId } from '../../core/ids.ts';
import { deliveryIdFrom } from '../../core/ids.ts';
import { wantsEvent } from '../../core/events/matching.ts';
import { checkPayload } from '../../core/events/payload.ts';
import { senderHeadersOf, senderTypeOf } from '../../core/events/sender-headers.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { acceptEvent } from './accept-event.ts';
import { checkBacklogRoom } from '../backlog/check-backlog-room.ts';
import { claimDelivery } from './claim-delivery.ts';
import type { Context } from '../context.ts';
import { spendQuota } from '../access/spend-quota.ts';
import type { Proof, SignedRequest } from './verify-event.ts';
import { checkProof, findVerified } from './verify-event.ts';
import { confirmSns } from './verify-sns.ts';

export type PublishRequest = SignedRequest & {
  /** As the producer names it in one of our own ways; null otherwise. */
  eventType: string | null;
  contentType: string | null;
  contentEncoding: string | null;
  idempotencyKey: string | null;
  /** The `webhook-hops` header of an event that is itself a delivery of this service; 0 otherwise. */
  hops: number;
};

export type Published =
  | { kind: 'accepted'; deliveryId: DeliveryId }
  /** The subscription does not accept this event type: nothing is stored. */
  | { kind: 'filtered'; eventType: string | null }
  /** A sender's handshake: nothing is stored. */
  | { kind: 'greeted'; answer: Greeting['value'] };

/** Rejects with a `ServiceError` if the request is not acceptable. */
export async function publishEvent(context: Context, request: PublishRequest): Promise<Published> {
  const { subscription, proof } = await findVerified(context, request);
  const content = checkPayload(request, context.rules.bodyBytesMax);
  const answer = await answerTo(context, subscription, proof);
  if (answer !== null) return { kind: 'greeted', answer };
  const { verification } = subscription;
  const eventType = request.eventType ?? senderTypeOf(verification, request.headers);
  if (!wantsEvent(subscription.eventTypes, eventType, context.rules.untypedEvents)) {
    return { kind: 'filtered', eventType };
  }
  checkProof(request.caller, proof);
  await checkRoom(context, subscription, request);
  const fresh = deliveryIdFrom(subscription.id, context.clock.now(), context.chance.bytes(10));
  const { id, open } = await claimDelivery(context, {
    subscription,
    event: { ...request, eventType },
    key: idempotencyKeyOf(request, proof),
    fresh,
  });
  const { hops, body } = request;
  const senderHeaders = senderHeadersOf(verification, request.headers);
  const event = { id, eventType, ...content, senderHeaders, hops, body };
  if (open) await acceptEvent(context, subscription, event);
  return { kind: 'accepted', deliveryId: id };
}

/** Null for an event. */
async function answerTo(
  context: Context,
  subscription: Subscription,
  { handshake }: Proof,
): Promise<Greeting['value'] | null> {
  if (handshake?.kind !== 'sns') return handshake?.value ?? null;
  await confirmSns(context, subscription, handshake.message);
  return { message: 'Heard' };
}

async function checkRoom(
  context: Context,
  subscription: Subscription,
  { caller, hops, body }: PublishRequest,
): Promise<void> {
  if (hops >= limits.hopsMax) {
    throw new ServiceError('loop-detected', 'The event has looped through this service too often');
  }
  await spendQuota(context, {
    tenant: subscription.tenant,
    subscriptionId: subscription.id,
    keyId: caller?.keyId ?? null,
    bytes: body.byteLength,
  });
  await checkBacklogRoom(context, subscription, body.byteLength);
}

/**
 * The producer's own key, or the signed message itself, so that nobody can replay a recorded
 * request. No signature covers the header: without an API key it does not take precedence over the
 * message.
 */
function idempotencyKeyOf(
  { caller, idempotencyKey }: PublishRequest,
  { messageKey }: Proof,
): string | null {
  return typeof caller?.keyId === 'string'
    ? (idempotencyKey ?? messageKey)
    : (messageKey ?? idempotencyKey);
}
