// Verifies that the sender may publish: by an API key, by the subscription's verification, or both.
import { limits } from '../../contract/limits/limits.ts';
import type { SharedVerification } from '../../contract/events/verification.ts';
import type { Greeting } from '../../core/events/handshakes.ts';
import { greetingIn } from '../../core/events/handshakes.ts';
import { isSubscriptionId } from '../../core/ids.ts';
import {
  hasSignature,
  signedKey,
  signedMessageKey,
  signingSecretOf,
  verifyInbound,
} from '../../core/events/inbound-verification.ts';
import type { InboundVerdict } from '../../core/events/inbound-verification.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import { activeSecrets } from '../../core/signing/secrets.ts';
import { isSigningKey } from '../../core/signing/signing-key.ts';
import type { SnsMessage } from '../../core/events/sns-message.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { defaultTenant } from '../../core/access/tenant.ts';
import type { Caller } from '../access/caller.ts';
import type { Context } from '../context.ts';
import { recallSubscription } from '../context.ts';
import { hearClaim, wasRight, wasWrong } from '../access/hear-claim.ts';
import type { Claim } from '../access/hear-claim.ts';
import { verifySns } from './verify-sns.ts';

export type SignedRequest = {
  caller: Caller | null;
  sourceAddress: string;
  subscriptionId: string;
  /** All headers, names in lower case: any may hold the signature. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
};

export type Proof = {
  verdict: InboundVerdict | 'not-asked';
  /** Identifies the message by what its signature covers; null if that identifies none. */
  messageKey: string | null;
  /** A verified request that is not an event. */
  handshake: Greeting | { kind: 'sns'; message: SnsMessage } | null;
};

/** Rejects with a `ServiceError` that reveals nothing to unauthorized callers. */
export async function findVerified(
  context: Context,
  request: SignedRequest,
): Promise<{ subscription: Subscription; proof: Proof }> {
  const id = request.subscriptionId;
  hearSignature(context, request);
  const tenant = request.caller?.tenant ?? defaultTenant;
  const found = isSubscriptionId(id) ? await recallSubscription(context, tenant, id) : undefined;
  const proof =
    found === undefined ? unproven('not-asked') : await proofOf(context, found, request);
  judge(context, request, proof.verdict);
  if (request.caller === null) requireSignature(request, proof, found);
  if (found === undefined) throw new ServiceError('not-found', 'Subscription not found');
  return { subscription: found, proof };
}

/** For callers without a key. All ids count alike, so that nobody learns which exist. */
export function claimBy({
  sourceAddress,
  subscriptionId,
}: Pick<SignedRequest, 'sourceAddress' | 'subscriptionId'>): Claim {
  const about = isSubscriptionId(subscriptionId) ? subscriptionId : '';
  return { address: sourceAddress, about, proof: `${sourceAddress} ${about}` };
}

function hasKey({ caller }: SignedRequest): boolean {
  return typeof caller?.keyId === 'string';
}

function hearSignature(context: Context, request: SignedRequest): void {
  if (!hasKey(request)) hearClaim(context, claimBy(request));
}

function judge(context: Context, request: SignedRequest, verdict: Proof['verdict']): void {
  if (hasKey(request)) return;
  const claim = claimBy(request);
  const { caller } = request;
  if (verdict === 'ok') wasRight(context, claim);
  else if (caller === null || verdict === 'invalid' || verdict === 'expired')
    wasWrong(context, claim);
}

function unproven(verdict: Proof['verdict']): Proof {
  return { verdict, messageKey: null, handshake: null };
}

/**
 * Without a key the signature authenticates: until it matches nothing is revealed, not even which
 * subscriptions exist.
 */
function requireSignature(
  request: SignedRequest,
  { verdict }: Proof,
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

/** Revealed only after a valid signature: a short secret can be guessed from what it signed. */
function refuseGuessable({ secret, verification }: Subscription): void {
  if (verification?.scheme === 'sns') return;
  const signing = verification?.secret ?? secret ?? '';
  if (signing.length >= limits.keylessSecretLengthMin) return;
  throw new ServiceError(
    'unauthenticated',
    `The secret of this subscription is shorter than ${limits.keylessSecretLengthMin} characters: also send an API key, or set a longer secret`,
  );
}

const hubVerification: SharedVerification = { scheme: 'github', secret: null };

/** A subscription without a secret does not ask for a signature. */
async function proofOf(
  context: Context,
  subscription: Subscription,
  request: SignedRequest,
): Promise<Proof> {
  const verification = subscription.verification ?? hubVerification;
  if (verification.scheme === 'sns') {
    const about = { verification, body: request.body };
    const { verdict, message } = await verifySns(context, subscription, about);
    if (verdict !== 'ok' || message === null) return unproven(verdict);
    const handshake = message.type === 'Notification' ? null : { kind: 'sns' as const, message };
    return { verdict, messageKey: signedKey(message.id), handshake };
  }
  const now = context.clock.now();
  const secrets = verifyingSecrets({ ...subscription, verification }, now);
  if (secrets.length === 0) return unproven('not-asked');
  const signed = { headers: request.headers, body: request.body, now };
  const verdict = verifyInbound(verification, secrets, signed);
  if (verdict !== 'ok') return unproven(verdict);
  const secret = signingSecretOf(verification, secrets, signed) ?? '';
  return {
    verdict,
    messageKey: signedMessageKey(verification, signed),
    handshake: greetingIn(verification, request.body, secret),
  };
}

type Verifying = Pick<Subscription, 'secret' | 'previousSecrets'> & {
  verification: SharedVerification;
};

export function verifyingSecrets(subscription: Verifying, now: number): string[] {
  const { secret } = subscription.verification;
  // A signing key is ours alone: no producer can sign with it.
  return secret === null
    ? activeSecrets(subscription, now).filter((own) => !isSigningKey(own))
    : [secret];
}

/** An API key identifies the publisher; the signature is then a second, optional proof. */
export function checkProof(caller: Caller | null, { verdict }: Proof): void {
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
      return new ServiceError('signature-expired', 'The signature is too old, or from the future');
  }
}
