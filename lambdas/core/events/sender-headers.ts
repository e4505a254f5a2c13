// What well-known senders say of an event in headers of their own: its type, where they name it there alone, and what the
// receiver could not do without. No signature covers any of it. The lists are fixed, so that nothing else that a producer
// sends gets through: neither the credentials of its request, nor what decides how ours is framed or verified.
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

/** Stripe, Zoom, Meta and Okta say all in the body. The `webhook-id` of Standard Webhooks would be taken for that of our delivery. */
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
 * The type of an event whose sender names it in a header of its own; null where it does not. Throws a `ServiceError` for
 * what is no type: filters would then judge an event without one.
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

/** Null without any. What is longer than any of these senders' own is no header of theirs. */
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

/** Printable ASCII: one byte for each character, and nothing that could end the line. */
function isKept(value: string): boolean {
  return value.length <= limits.senderHeaderBytesMax && /^[!-~](?:[\t -~]*[!-~])?$/.test(value);
}
