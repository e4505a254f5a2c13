// Signatures over the exact bytes that are sent. `webhook-signature` follows Standard Webhooks 1.0.0: "v1," and the
// base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`. `X-Hub-Signature-256` is the seed's and GitHub's form: the hex
// HMAC-SHA256 of the body alone, keyed with the secret as written.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const standardPrefix = 'whsec_';

/** The bytes that sign: a `whsec_` secret holds them in base64, any other secret is them. */
function keyOf(secret: string): Buffer {
  return secret.startsWith(standardPrefix)
    ? Buffer.from(secret.slice(standardPrefix.length), 'base64')
    : Buffer.from(secret, 'utf8');
}

export type SignedMessage = {
  id: string;
  /** Unix seconds. */
  timestamp: number;
  body: Uint8Array;
};

export function standardSignature(secret: string, message: SignedMessage): string {
  const digest = createHmac('sha256', keyOf(secret))
    .update(`${message.id}.${message.timestamp}.`)
    .update(message.body)
    .digest('base64');
  return `v1,${digest}`;
}

export function hubSignature(secret: string, body: Uint8Array): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Compares in constant time whatever the lengths. */
export function verifiesHubSignature(secret: string, body: Uint8Array, given: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(hubSignature(secret, body)), digest(given.trim().toLowerCase()));
}
