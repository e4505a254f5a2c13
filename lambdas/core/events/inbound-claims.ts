// What a request claims under each sender's scheme, and what the holder of a secret would have
// sent.
import { createHmac } from 'node:crypto';
import type { SharedVerification } from '../../contract/events/verification.ts';
import { digestOf } from '../shared/digest.ts';
import { standardSignatures } from '../signing/signature.ts';

export type InboundRequest = {
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
  now: number;
};

type Headers = InboundRequest['headers'];

export type Claim = {
  signatures: readonly string[];
  /** Unix seconds; null if the scheme has none. */
  timestamp: string | null;
  /** The message's id, the same on every resend; null if the signature covers none. */
  id: string | null;
  signatureOf: (secret: string) => string;
};

/** Null if a header that the scheme requires is missing. */
export function claimOf(
  verification: SharedVerification,
  { headers, body }: Pick<InboundRequest, 'headers' | 'body'>,
): Claim | null {
  switch (verification.scheme) {
    case 'github':
    case 'meta':
      return claimOfBody(headers['x-hub-signature-256'], body, hubForm);
    case 'shopify':
      return claimOfBody(headers['x-shopify-hmac-sha256'], body, shopifyForm);
    case 'hmac':
      return claimOfBody(headers[verification.header.toLowerCase()], body, verification);
    case 'slack':
      return timedClaim(headers['x-slack-signature'], headers['x-slack-request-timestamp'], body);
    case 'zoom':
      return timedClaim(headers['x-zm-signature'], headers['x-zm-request-timestamp'], body);
    case 'standard':
      return standardClaim(headers, body);
    case 'stripe':
      return stripeClaim(headers['stripe-signature'], body);
    case 'token':
    case 'okta':
      return tokenClaim(headers[verification.header.toLowerCase()]);
  }
}

type Form = Pick<
  Extract<SharedVerification, { scheme: 'hmac' }>,
  'algorithm' | 'encoding' | 'prefix'
>;

const hubForm: Form = { algorithm: 'sha256', encoding: 'hex', prefix: 'sha256=' };
const shopifyForm: Form = { algorithm: 'sha256', encoding: 'base64', prefix: '' };

/** One header, one HMAC of the body alone. */
function claimOfBody(header: string | undefined, body: Uint8Array, form: Form): Claim | null {
  const given = header?.trim() ?? '';
  if (given === '') return null;
  const { algorithm, encoding, prefix } = form;
  // Hex may be in either case.
  const normal = (text: string) => (encoding === 'hex' ? text.toLowerCase() : text);
  return {
    signatures: [withoutGap(normal(given), normal(prefix))],
    timestamp: null,
    id: null,
    signatureOf: (secret) =>
      normal(prefix + createHmac(algorithm, secret).update(body).digest(encoding)),
  };
}

/** Some senders write `sha256= …`. */
function withoutGap(given: string, prefix: string): string {
  return given.startsWith(prefix) ? prefix + given.slice(prefix.length).trimStart() : given;
}

/** Slack and Zoom sign the time and the body. */
function timedClaim(
  signature: string | undefined,
  timestamp: string | undefined,
  body: Uint8Array,
): Claim | null {
  if (!signature || !timestamp) return null;
  return {
    signatures: [signature],
    timestamp,
    id: null,
    signatureOf: (secret) =>
      `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`,
  };
}

/**
 * Svix and its customers use their own header names. One complete set counts: never the id of one
 * and the time of the other.
 */
function standardClaim(headers: Headers, body: Uint8Array): Claim | null {
  return namedClaim('webhook', headers, body) ?? namedClaim('svix', headers, body);
}

function namedClaim(name: 'webhook' | 'svix', headers: Headers, body: Uint8Array): Claim | null {
  const id = headers[`${name}-id`];
  const timestamp = headers[`${name}-timestamp`];
  const signatures = headers[`${name}-signature`];
  if (!id || !timestamp || !signatures) return null;
  return {
    signatures: signatures.split(' '),
    timestamp,
    id,
    signatureOf: (secret) => standardSignatures([secret], { id, timestamp, body }),
  };
}

/** `t=<seconds>,v1=<hex>`, one `v1` per active secret at Stripe; other versions are ignored. */
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

/** Digests, so that the comparison does not leak the token's length. */
function tokenClaim(header: string | undefined): Claim | null {
  if (!header) return null;
  return { signatures: [digestOf(header)], timestamp: null, id: null, signatureOf: digestOf };
}
