// What well-known senders say about an event in their own headers: its type, if named only there,
// and what the receiver cannot do without. No signature covers any of it. The lists are fixed, so
// that nothing else a producer sends gets through: neither its credentials, nor headers that decide
// how our request is framed or verified.
import { limits } from '../../contract/limits/limits.ts';
import { eventTypePattern } from '../../contract/http/resources.ts';
import type { Verification } from '../../contract/events/verification.ts';
import { ServiceError } from '../shared/service-error.ts';

/** Names in lower case. */
export type SenderHeaders = Readonly<Record<string, string>>;

type Scheme = Verification['scheme'];

const typeHeaders: Readonly<Partial<Record<Scheme, string>>> = {
  github: 'x-github-event',
  shopify: 'x-shopify-topic',
};

/**
 * Stripe, Zoom, Meta and Okta say everything in the body. The `webhook-id` of Standard Webhooks
 * would be mistaken for our delivery's.
 */
const keptNames: Readonly<Partial<Record<Scheme, readonly string[]>>> = {
  github: [
    'x-github-event',
    'x-github-delivery',
    'x-github-hook-id',
    'x-github-hook-installation-target-type',
    'x-github-hook-installation-target-id',
  ],
  shopify: [
    'x-shopify-topic',
    'x-shopify-shop-domain',
    'x-shopify-webhook-id',
    'x-shopify-event-id',
    'x-shopify-api-version',
    'x-shopify-triggered-at',
  ],
  slack: ['x-slack-retry-num', 'x-slack-retry-reason'],
  token: ['x-gitlab-event', 'x-gitlab-event-uuid', 'x-gitlab-webhook-uuid', 'x-gitlab-instance'],
  sns: ['x-amz-sns-message-type', 'x-amz-sns-message-id', 'x-amz-sns-topic-arn'],
};

/**
 * The type of an event if its sender names it in its own header; null otherwise. Throws a
 * `ServiceError` for an invalid type: filters would otherwise judge an event without one.
 */
export function senderTypeOf(
  verification: Verification | null,
  headers: Readonly<Record<string, string | undefined>>,
): string | null {
  const name = (verification && typeHeaders[verification.scheme]) ?? null;
  const type = name === null ? undefined : headers[name];
  if (name === null || type === undefined) return null;
  if (type.length <= limits.eventTypeLengthMax && eventTypePattern.test(type)) return type;
  const detail = 'must be letters, digits and _ . : / -';
  throw new ServiceError('invalid-request', `${name} ${detail}`, [
    { pointer: `header/${name}`, detail },
  ]);
}

/** Null without any. A value longer than any of these senders' own did not come from them. */
export function senderHeadersOf(
  verification: Verification | null,
  headers: Readonly<Record<string, string | undefined>>,
): SenderHeaders | null {
  const names = (verification && keptNames[verification.scheme]) ?? [];
  const kept = names.flatMap((name) => {
    const value = headers[name];
    return value !== undefined && isKept(value) ? [[name, value] as const] : [];
  });
  return kept.length === 0 ? null : Object.fromEntries(kept);
}

/** Printable ASCII: one byte per character, and nothing that could end the line. */
function isKept(value: string): boolean {
  return value.length <= limits.senderHeaderBytesMax && /^[!-~](?:[\t -~]*[!-~])?$/.test(value);
}
