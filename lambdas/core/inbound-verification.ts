// Verifies what a producer signed, in the producer's own way: presets of well-known senders, and a generic HMAC.
// Schemes with a timestamp refuse old and future requests, so that a recorded one cannot be played again.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { limits } from '../contract/limits.ts';
import type { Verification } from '../contract/verification.ts';
import { digestOf } from './digest.ts';
import { standardSignatures } from './signature.ts';

export type InboundRequest = {
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
  now: number;
};

export type InboundVerdict = 'ok' | 'missing' | 'invalid' | 'expired';

/** What a request claims, and what the holder of a secret would have sent. */
type Claim = {
  signatures: readonly string[];
  /** Unix seconds, or null where the scheme has none. */
  timestamp: string | null;
  /** Of the message, the same whenever it is sent; null where the scheme has none. */
  id: string | null;
  signatureOf: (secret: string) => string;
};

/** Whether a request has a signature of a well-known sender, whoever it is for. */
export function hasSignature(headers: InboundRequest['headers']): boolean {
  return signatureHeaders.some((name) => headers[name] !== undefined);
}

const signatureHeaders = [
  'stripe-signature',
  'webhook-signature',
  'x-hub-signature-256',
  'x-shopify-hmac-sha256',
  'x-slack-signature',
];

/** During a rotation any of the secrets may have signed. */
export function verifyInbound(
  verification: Verification,
  secrets: readonly string[],
  request: InboundRequest,
): InboundVerdict {
  const claim = claimOf(verification, request);
  if (claim === null) return 'missing';
  // Each is compared with that of each secret, and no sender has many.
  if (claim.signatures.length > limits.signaturesMax) return 'invalid';
  const isSigned = secrets
    .map(claim.signatureOf)
    .some((expected) => claim.signatures.some((signature) => isSame(signature, expected)));
  if (!isSigned) return 'invalid';
  return claim.timestamp === null || isFresh(claim.timestamp, request.now) ? 'ok' : 'expired';
}

/**
 * Names the message of a request that was verified, by what its signature covers alone: an id, else the time and the
 * body, else, where that is asked for, the body. Null where nothing tells it from another. No header has a line feed,
 * so that no producer's Idempotency-Key is the same.
 */
export function signedMessageKey(
  verification: Verification,
  request: InboundRequest,
): string | null {
  const claim = claimOf(verification, request);
  if (claim === null) return null;
  const { id, timestamp } = claim;
  if (id !== null) return `signed\n${digestOf(id)}`;
  const dedupes = 'dedupe' in verification && verification.dedupe === true;
  if (timestamp === null && !dedupes) return null;
  return `signed\n${timestamp ?? ''}\n${digestOf(request.body)}`;
}

/** Null when a header that the scheme needs is missing. */
function claimOf(verification: Verification, { headers, body }: InboundRequest): Claim | null {
  switch (verification.scheme) {
    case 'github':
      return claimOfBody(headers['x-hub-signature-256'], body, hubForm);
    case 'shopify':
      return claimOfBody(headers['x-shopify-hmac-sha256'], body, shopifyForm);
    case 'hmac':
      return claimOfBody(headers[verification.header.toLowerCase()], body, verification);
    case 'slack':
      return slackClaim(headers, body);
    case 'standard':
      return standardClaim(headers, body);
    case 'stripe':
      return stripeClaim(headers['stripe-signature'], body);
  }
}

type Form = Pick<Extract<Verification, { scheme: 'hmac' }>, 'algorithm' | 'encoding' | 'prefix'>;

const hubForm: Form = { algorithm: 'sha256', encoding: 'hex', prefix: 'sha256=' };
const shopifyForm: Form = { algorithm: 'sha256', encoding: 'base64', prefix: '' };

/** One header, one HMAC of the body alone. */
function claimOfBody(header: string | undefined, body: Uint8Array, form: Form): Claim | null {
  const given = header?.trim() ?? '';
  if (given === '') return null;
  const { algorithm, encoding, prefix } = form;
  return {
    // Hex may come in either case.
    signatures: [encoding === 'hex' ? given.toLowerCase() : given],
    timestamp: null,
    id: null,
    signatureOf(secret) {
      const signature = prefix + createHmac(algorithm, secret).update(body).digest(encoding);
      return encoding === 'hex' ? signature.toLowerCase() : signature;
    },
  };
}

function slackClaim(headers: InboundRequest['headers'], body: Uint8Array): Claim | null {
  const signature = headers['x-slack-signature'];
  const timestamp = headers['x-slack-request-timestamp'];
  if (!signature || !timestamp) return null;
  return {
    signatures: [signature],
    timestamp,
    id: null,
    signatureOf: (secret) =>
      `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`,
  };
}

function standardClaim(headers: InboundRequest['headers'], body: Uint8Array): Claim | null {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (!id || !timestamp || !signatures) return null;
  return {
    signatures: signatures.split(' '),
    timestamp,
    id,
    signatureOf: (secret) => standardSignatures([secret], { id, timestamp, body }),
  };
}

/** `t=<seconds>,v1=<hex>`, with one `v1` for each secret that is active at Stripe; other versions are skipped. */
function stripeClaim(header: string | undefined, body: Uint8Array): Claim | null {
  if (!header) return null;
  const pairs = header.split(',').map((pair) => pair.trim().split('='));
  const timestamp = pairs.find(([name]) => name === 't')?.[1] ?? '';
  return {
    signatures: pairs.flatMap(([name, value = '']) => (name === 'v1' ? [value] : [])),
    timestamp,
    id: null,
    signatureOf: (secret) =>
      createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex'),
  };
}

/** In constant time; how long a signature must be is no secret. */
function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function isFresh(timestamp: string, now: number): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  return Math.abs(now - Number(timestamp) * 1_000) <= limits.signatureToleranceMs;
}
