// The headers of a delivery's request: Standard Webhooks' three, the seed's four, and what HTTP wants.
import type { Delivery } from './delivery.ts';
import { hubSignature, standardSignatures } from './signature.ts';

export const userAgent = 'Webhook-Delivery-Service/1.0';

/** Counts the deliveries in a row that led to a request, so that a loop over our own ingest ends. */
export const hopsHeader = 'webhook-hops';

/** @param now epoch ms; signing happens at every attempt, since receivers refuse old timestamps */
export function requestHeaders(
  event: { delivery: Delivery; body: Uint8Array },
  secret: string | null,
  now: number,
): Record<string, string> {
  const { delivery, body } = event;
  const timestamp = Math.floor(now / 1_000);
  const headers: Record<string, string> = {
    'Content-Type': delivery.contentType,
    'User-Agent': userAgent,
    'webhook-id': delivery.id,
    'webhook-timestamp': String(timestamp),
    'X-Webhook-ID': delivery.id,
    'X-Webhook-Attempt': String(delivery.attemptCount + 1),
  };
  headers[hopsHeader] = String(delivery.hops + 1);
  if (delivery.eventType !== null) headers['X-Event-Type'] = delivery.eventType;
  if (secret !== null) {
    headers['webhook-signature'] = standardSignatures([secret], {
      id: delivery.id,
      timestamp,
      body,
    });
    headers['X-Hub-Signature-256'] = hubSignature(secret, body);
  }
  return headers;
}
