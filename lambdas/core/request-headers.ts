// The headers of a delivery's request: Standard Webhooks' three, the seed's four, Stripe's form as an option, what HTTP
// wants, and the subscription's own.
import type { CustomHeaders } from './custom-headers.ts';
import type { Delivery } from './delivery.ts';
import { activeSecrets } from './secrets.ts';
import { hubSignature, standardSignatures, timestampedSignatures } from './signature.ts';
import type { SignedMessage } from './signature.ts';
import { isSigningKey } from './signing-key.ts';
import type { Subscription } from './subscription.ts';

export const userAgent = 'Webhook-Delivery-Service/1.0';

/** Counts the deliveries in a row that led to a request, so that a loop over our own ingest ends. */
export const hopsHeader = 'webhook-hops';

/** @param now epoch ms; signing happens at every attempt, since receivers refuse old timestamps */
export function requestHeaders(
  { delivery, body }: { delivery: Delivery; body: Uint8Array },
  subscription: Subscription,
  now: number,
): Record<string, string> {
  const headers: Record<string, string> = {
    ...generalHeaders(subscription.customHeaders),
    'Content-Type': delivery.contentType,
    'X-Webhook-ID': delivery.id,
    'X-Webhook-Attempt': String(delivery.attemptCount + 1),
    [hopsHeader]: String(delivery.hops + 1),
  };
  if (delivery.contentEncoding !== null) headers['Content-Encoding'] = delivery.contentEncoding;
  if (delivery.eventType !== null) headers['X-Event-Type'] = delivery.eventType;
  const message = { id: delivery.id, timestamp: Math.floor(now / 1_000), body };
  return { ...headers, ...signatureHeaders(message, subscription, now) };
}

/** The subscription's own go before these. Firewalls such as ModSecurity refuse what accepts nothing. */
function generalHeaders(own: CustomHeaders): Record<string, string> {
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  return {
    ...(!names.has('accept') && { Accept: '*/*' }),
    ...(!names.has('user-agent') && { 'User-Agent': userAgent }),
    ...own,
  };
}

function signatureHeaders(
  message: SignedMessage,
  subscription: Subscription,
  now: number,
): Record<string, string> {
  const { secret, timestampedSignature } = subscription;
  const secrets = activeSecrets(subscription, now);
  const timestamped = timestampedSignature ? timestampedSignatures(secrets, message) : null;
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    ...(secrets.length > 0 && { 'webhook-signature': standardSignatures(secrets, message) }),
    ...(timestamped !== null && { 'X-Webhook-Signature': timestamped }),
    ...(secret !== null &&
      !isSigningKey(secret) && { 'X-Hub-Signature-256': hubSignature(secret, message.body) }),
  };
}
