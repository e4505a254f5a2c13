// Signatures over the exact bytes sent. During a rotation several secrets sign, newest first.
//   webhook-signature     Standard Webhooks 1.0.0 over `{id}.{timestamp}.{body}`: "v1," and the base64 of HMAC-SHA256,
//                         or "v1a," and that of ed25519 where the secret is a `whsk_` key
//   X-Webhook-Signature   Stripe's form, "t=…,v1=…" with the hex HMAC-SHA256 over `{timestamp}.{body}`
//   X-Hub-Signature-256   GitHub's and the seed's form, the hex HMAC-SHA256 of the body alone
// The last two are keyed with the text of the secret, as their verifiers do.
import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isSigningKey, signWithKey } from './signing-key.ts';

const standardPrefix = 'whsec_';

/** The key: a `whsec_` secret holds it in base64, any other secret is the key itself. */
function hmacKeyOf(secret: string): KeyObject | string {
  // Node processes key objects and strings four times as fast as bytes.
  return secret.startsWith(standardPrefix)
    ? createSecretKey(secret.slice(standardPrefix.length), 'base64')
    : secret;
}

export type SignedMessage = {
  id: string;
  /** Unix seconds. */
  timestamp: number | string;
  body: Uint8Array;
};

export function standardSignatures(secrets: readonly string[], message: SignedMessage): string {
  const start = `${message.id}.${message.timestamp}.`;
  return secrets
    .map((secret) => {
      if (isSigningKey(secret)) {
        const content = Buffer.concat([Buffer.from(start), message.body]);
        return `v1a,${signWithKey(secret, content).toString('base64')}`;
      }
      const hmac = createHmac('sha256', hmacKeyOf(secret)).update(start).update(message.body);
      return `v1,${hmac.digest('base64')}`;
    })
    .join(' ');
}

/** Null without a secret usable for an HMAC. */
export function timestampedSignatures(
  secrets: readonly string[],
  message: Omit<SignedMessage, 'id'>,
): string | null {
  const shared = secrets.filter((secret) => !isSigningKey(secret));
  if (shared.length === 0) return null;
  const signatures = shared.map((secret) => {
    const hmac = createHmac('sha256', secret).update(`${message.timestamp}.`).update(message.body);
    return `v1=${hmac.digest('hex')}`;
  });
  return [`t=${message.timestamp}`, ...signatures].join(',');
}

export function hubSignature(secret: string, body: Uint8Array): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
