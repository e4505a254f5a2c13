// Verifies a producer's signature in its own scheme: presets of well-known senders, a generic HMAC,
// or a token. Schemes with a timestamp refuse old and future requests, so that a recorded one
// cannot be replayed.
import { timingSafeEqual } from 'node:crypto';
import { limits } from '../../contract/limits/limits.ts';
import type { SharedVerification } from '../../contract/events/verification.ts';
import { digestOf } from '../shared/digest.ts';
import type { Claim, InboundRequest } from './inbound-claims.ts';
import { claimOf } from './inbound-claims.ts';

export type { InboundRequest } from './inbound-claims.ts';

export type InboundVerdict = 'ok' | 'missing' | 'invalid' | 'expired';

/** Whether a request has a well-known sender's signature or token, for whatever subscription. */
export function hasSignature(headers: InboundRequest['headers']): boolean {
  return signatureHeaders.some((name) => headers[name] !== undefined);
}

const signatureHeaders = [
  'stripe-signature',
  'svix-signature',
  'webhook-signature',
  'x-gitlab-token',
  'x-hub-signature-256',
  'x-shopify-hmac-sha256',
  'x-slack-signature',
  'x-telegram-bot-api-secret-token',
  'x-zm-signature',
];

/** During a rotation any of the secrets may have signed. */
export function verifyInbound(
  verification: SharedVerification,
  secrets: readonly string[],
  request: InboundRequest,
): InboundVerdict {
  const claim = claimOf(verification, request);
  if (claim === null) return 'missing';
  if (signerOf(claim, secrets) === undefined) return 'invalid';
  return claim.timestamp === null || isFresh(claim.timestamp, request.now) ? 'ok' : 'expired';
}

/** The secret that a request was signed with, if any. */
export function signingSecretOf(
  verification: SharedVerification,
  secrets: readonly string[],
  request: InboundRequest,
): string | undefined {
  const claim = claimOf(verification, request);
  return claim === null ? undefined : signerOf(claim, secrets);
}

function signerOf(claim: Claim, secrets: readonly string[]): string | undefined {
  // Each is compared with every secret's; no sender sends many.
  if (claim.signatures.length > limits.signaturesMax) return undefined;
  const expected = secrets.map(claim.signatureOf);
  return secrets.find((_, index) =>
    claim.signatures.some((signature) => isSame(signature, expected[index] ?? '')),
  );
}

/**
 * Identifies the message of a verified request by what its signature covers alone: an id, else the
 * time and the body, else, if requested, the body. Null if nothing distinguishes it. No header
 * contains a line feed, so no producer's Idempotency-Key can collide. The ids that GitHub and
 * Shopify put in headers identify nothing here: no signature covers them, so a replay may choose
 * another.
 */
export function signedMessageKey(
  verification: SharedVerification,
  request: InboundRequest,
): string | null {
  const claim = claimOf(verification, request);
  if (claim === null) return null;
  const { id, timestamp } = claim;
  if (id !== null) return signedKey(id);
  const dedupes = 'dedupe' in verification && verification.dedupe === true;
  if (timestamp === null && !dedupes) return null;
  return `signed\n${timestamp ?? ''}\n${digestOf(request.body)}`;
}

/** @param id that a signature covers */
export function signedKey(id: string): string {
  return `signed\n${digestOf(id)}`;
}

/** In constant time; the expected length is not secret. */
export function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function isFresh(timestamp: string, now: number): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  return Math.abs(now - Number(timestamp) * 1_000) <= limits.signatureToleranceMs;
}
