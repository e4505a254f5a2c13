// Ingest: authenticate, validate, verify, filter, then accept. The body is kept byte for byte.
import { limits } from '../contract/limits.ts';
import type { Verification } from '../contract/verification.ts';
import type { DeliveryId } from '../core/ids.ts';
import { deliveryIdFrom, isSubscriptionId } from '../core/ids.ts';
import { hasSignature, signedMessageKey, verifyInbound } from '../core/inbound-verification.ts';
import type { InboundVerdict } from '../core/inbound-verification.ts';
import { wantsEvent } from '../core/matching.ts';
import { checkPayload, fingerprintOf } from '../core/payload.ts';
import { ServiceError } from '../core/service-error.ts';
import { activeSecrets } from '../core/secrets.ts';
import { isSigningKey } from '../core/signing-key.ts';
import type { Subscription } from '../core/subscription.ts';
import { acceptEvent } from './accept-event.ts';
import type { Caller } from './caller.ts';
import { defaultTenant } from '../core/tenant.ts';
import type { Context } from './context.ts';
import { checkBacklogRoom } from './check-backlog-room.ts';
import { recallSubscription } from './context.ts';
import { hearClaim, wasRight, wasWrong } from './hear-claim.ts';
import type { Claim } from './hear-claim.ts';
import { spendQuota } from './spend-quota.ts';

export type PublishRequest = {
  caller: Caller | null;
  sourceAddress: string;
  subscriptionId: string;
  eventType: string | null;
  contentType: string | null;
  contentEncoding: string | null;
  /** All of them, names in lower case: any may hold the signature. */
  headers: Readonly<Record<string, string | undefined>>;
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
  const { subscription, verdict } = await findSubscription(context, request);
  const content = checkPayload(request, context.rules.bodyBytesMax);
  const { caller, eventType } = request;
  if (!wantsEvent(subscription.eventTypes, eventType, context.rules.untypedEvents)) {
    return { kind: 'filtered', eventType };
  }
  checkSignature(caller, verdict);
  if (request.hops >= limits.hopsMax) {
    throw new ServiceError(
      'loop-detected',
      'The event has come round through this service too often',
    );
  }
  await spendQuota(context, {
    tenant: subscription.tenant,
    subscriptionId: subscription.id,
    keyId: caller?.keyId ?? null,
    bytes: request.body.byteLength,
  });
  await checkBacklogRoom(context, subscription, request.body.byteLength);
  const event = { eventType, ...content, hops: request.hops, body: request.body };
  const fresh = deliveryIdFrom(subscription.id, context.clock.now(), context.chance.bytes(10));
  const idempotencyKey = idempotencyKeyOf(context, request, { subscription, verdict });
  const claimed = await claimId(context, {
    subscription,
    request: { ...request, idempotencyKey },
    fresh,
  });
  if (claimed.open) await acceptEvent(context, subscription, { ...event, id: claimed.id });
  return { kind: 'accepted', deliveryId: claimed.id };
}

type Verdict = InboundVerdict | 'not-asked';

async function findSubscription(
  context: Context,
  request: PublishRequest,
): Promise<{ subscription: Subscription; verdict: Verdict }> {
  const id = request.subscriptionId;
  const claim = claimOf(request);
  if (claim !== null) hearClaim(context, claim);
  const tenant = request.caller?.tenant ?? defaultTenant;
  const found = isSubscriptionId(id) ? await recallSubscription(context, tenant, id) : undefined;
  const verdict = found === undefined ? 'not-asked' : verdictOn(context, found, request);
  if (claim !== null) judge(context, claim, { caller: request.caller, verdict });
  if (request.caller === null) requireSignature(request, verdict, found);
  if (found === undefined) throw new ServiceError('not-found', 'Subscription not found');
  return { subscription: found, verdict };
}

/** Null where a key says who publishes. Whatever the id is, all count alike: nobody learns so which there are. */
function claimOf({ caller, sourceAddress, subscriptionId }: PublishRequest): Claim | null {
  if (typeof caller?.keyId === 'string') return null;
  const about = isSubscriptionId(subscriptionId) ? subscriptionId : '';
  return { address: sourceAddress, about, proof: `${sourceAddress} ${about}` };
}

function judge(
  context: Context,
  claim: Claim,
  { caller, verdict }: { caller: Caller | null; verdict: Verdict },
): void {
  if (verdict === 'ok') wasRight(context, claim);
  else if (caller === null || verdict === 'invalid' || verdict === 'expired')
    wasWrong(context, claim);
}

/** Without a key the signature authenticates: nothing is told before it fits, not even what there is. */
function requireSignature(
  request: PublishRequest,
  verdict: Verdict,
  subscription: Subscription | undefined,
): void {
  if (verdict === 'ok') {
    if (subscription !== undefined) refuseGuessable(subscription);
    return;
  }
  if (verdict === 'expired') throw signatureError('expired');
  if (hasSignature(request.headers)) throw signatureError('invalid');
  throw new ServiceError(
    'unauthenticated',
    'Send an API key with the publish scope, or sign the event with the secret of the subscription.',
  );
}

/** Told only to who has signed rightly: a short secret can be guessed from what was signed with it. */
function refuseGuessable({ secret, verification }: Subscription): void {
  const signing = verification?.secret ?? secret ?? '';
  if (signing.length >= limits.keylessSecretLengthMin) return;
  throw new ServiceError(
    'unauthenticated',
    `The secret of this subscription is shorter than ${limits.keylessSecretLengthMin} characters: send an API key too, or set a longer one`,
  );
}

/** A subscription without a secret does not ask for a signature. */
function verdictOn(
  context: Context,
  subscription: Subscription,
  { headers, body }: PublishRequest,
): Verdict {
  const now = context.clock.now();
  const verification = subscription.verification ?? hubVerification;
  // A signing key is ours alone: nobody else could have signed with it.
  const secrets =
    verification.secret === null
      ? activeSecrets(subscription, now).filter((secret) => !isSigningKey(secret))
      : [verification.secret];
  if (secrets.length === 0) return 'not-asked';
  return verifyInbound(verification, secrets, { headers, body, now });
}

const hubVerification: Verification = { scheme: 'github', secret: null };

/** An API key says who publishes; the signature is then a second, optional proof. */
function checkSignature(caller: Caller | null, verdict: Verdict): void {
  if (verdict === 'ok' || verdict === 'not-asked') return;
  if (verdict === 'missing' && typeof caller?.keyId === 'string') return;
  throw signatureError(verdict);
}

function signatureError(verdict: 'missing' | 'invalid' | 'expired'): ServiceError {
  switch (verdict) {
    case 'missing':
      return new ServiceError('signature-missing', 'Missing signature header');
    case 'invalid':
      return new ServiceError('signature-invalid', 'Invalid signature');
    case 'expired':
      return new ServiceError(
        'signature-expired',
        'The signature was made more than five minutes ago, or in the future',
      );
  }
}

/**
 * The producer's own key, or the message that it signed, so that nobody can play a recorded request again. No signature
 * covers the header: without an API key it does not go before the message.
 */
function idempotencyKeyOf(
  context: Context,
  { caller, headers, body, idempotencyKey }: PublishRequest,
  { subscription, verdict }: { subscription: Subscription; verdict: Verdict },
): string | null {
  const { verification } = subscription;
  if (verification === null || verdict !== 'ok') return idempotencyKey;
  const signed = signedMessageKey(verification, { headers, body, now: context.clock.now() });
  return typeof caller?.keyId === 'string'
    ? (idempotencyKey ?? signed)
    : (signed ?? idempotencyKey);
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
      'This Idempotency-Key, or signed message, came before with another payload, event type, content type or content encoding',
    );
  }
  if (held.deliveryId === fresh) return { id: fresh, open: true };
  const isStored = await isCommitted(context, tenant, held.deliveryId);
  if (isStored) await context.deliveries.enter(tenant, held.deliveryId);
  return { id: held.deliveryId, open: !isStored };
}

/** Gives the request that holds the key a moment to finish, so that two at once do not both send a message. */
async function isCommitted(context: Context, tenant: string, id: DeliveryId): Promise<boolean> {
  if ((await context.deliveries.load(tenant, [id])).has(id)) return true;
  await context.wait(limits.commitReadRetryMs);
  return (await context.deliveries.load(tenant, [id])).has(id);
}
