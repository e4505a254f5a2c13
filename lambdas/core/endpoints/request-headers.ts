// The headers of a delivery's request: the three of Standard Webhooks, the seed's four, Stripe's
// form as an option, what HTTP requires, the sender's and the subscription's own.
import type { CustomHeaders } from './custom-headers.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import { activeSecrets, hubSecretOf } from '../signing/secrets.ts';
import { hubSignature, standardSignatures, timestampedSignatures } from '../signing/signature.ts';
import type { SignedMessage } from '../signing/signature.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

export const userAgent = 'Webhook-Delivery-Service/1.0';

/** Firewalls such as ModSecurity refuse requests without `Accept`. */
const ofEveryRequest = { Accept: '*/*', 'User-Agent': userAgent };

/**
 * Counts the chain of deliveries that led to a request, so that a loop through our own ingest ends.
 */
export const hopsHeader = 'webhook-hops';

/** @param now epoch ms; signing happens at every attempt, since receivers refuse old timestamps */
export function requestHeaders(
  { delivery, body }: { delivery: Delivery; body: Uint8Array },
  subscription: Subscription,
  now: number,
): Record<string, string> {
  const { customHeaders } = subscription;
  const headers: Record<string, string> = {
    ...without(customHeaders, { ...ofEveryRequest, ...delivery.senderHeaders }),
    ...customHeaders,
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

/** Defaults that a subscription may override. */
function without(names: CustomHeaders, headers: Record<string, string>): Record<string, string> {
  const own = new Set(Object.keys(names).map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !own.has(name.toLowerCase())),
  );
}

function signatureHeaders(
  message: SignedMessage,
  subscription: Subscription,
  now: number,
): Record<string, string> {
  const { timestampedSignature } = subscription;
  const hubSecret = hubSecretOf(subscription, now);
  const secrets = activeSecrets(subscription, now);
  const timestamped = timestampedSignature ? timestampedSignatures(secrets, message) : null;
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    ...(secrets.length > 0 && { 'webhook-signature': standardSignatures(secrets, message) }),
    ...(timestamped !== null && { 'X-Webhook-Signature': timestamped }),
    ...(hubSecret !== null && { 'X-Hub-Signature-256': hubSignature(hubSecret, message.body) }),
  };
}
