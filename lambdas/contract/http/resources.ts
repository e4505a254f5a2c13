// The API's resources: snake_case, RFC 3339 times with `Z`, secrets never shown.
import * as z from 'zod';
import { customHeaders } from '../endpoints/custom-headers.ts';
import { endpointAuth, shownAuth } from '../endpoints/endpoint-auth.ts';
import { healthState, rateLimit } from '../endpoints/health-resource.ts';
import { limits } from '../limits/limits.ts';
import { problems } from './problems.ts';
import type { ProblemCode } from './problems.ts';
import { readOnlyFields } from '../subscriptions/read-only-fields.ts';
import { secretMask } from '../signing/secret-mask.ts';
import { hubSignature, newSigningSecret, signingSecret } from '../signing/signing-secret.ts';
import { targetUrl } from '../endpoints/target-url.ts';
import { shownVerification, verification } from '../events/verification.ts';

export const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

export const eventTypePattern = /^[A-Za-z0-9_][A-Za-z0-9_.:/-]*$/;

export const eventType = z
  .string()
  .min(1)
  .max(limits.eventTypeLengthMax)
  .regex(eventTypePattern, 'must be letters, digits and _ . : / -')
  .meta({ description: 'Full-stop delimited, for example invoice.paid' });

export const eventTypeFilter = z
  .string()
  .min(1)
  .max(limits.eventTypeLengthMax)
  .regex(
    /^(\*|[A-Za-z0-9_][A-Za-z0-9_.:/-]*?(\.\*)?)$/,
    'must be an event type, a prefix such as order.*, or *',
  )
  .meta({
    description: 'An exact type, `order.*` for every type that starts with `order.`, or `*`',
  });

export const retrySchedule = z.union(
  [
    z.enum(['standard', 'fast']),
    z
      .array(
        z
          .number()
          .int()
          .min(limits.retryDelayMsMin / 1_000)
          .max(limits.retryDelayMsMax / 1_000),
      )
      .max(limits.scheduleLengthMax)
      .meta({ description: 'Seconds to wait after each failed attempt' }),
  ],
  {
    error: `must be standard, fast, or a list of at most ${limits.scheduleLengthMax} whole seconds from 1 to ${limits.retryDelayMsMax / 1_000}`,
  },
);

export const subscriptionStatus = z.enum(['active', 'inactive']);

export const deliveryStatus = z.enum([
  'pending',
  'retrying',
  'parked',
  'delivered',
  'failed',
  'cancelled',
]);

export const subscription = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    target_url: z.string(),
    secret: z.literal(secretMask).nullable(),
    public_key: z.string().nullable().meta({
      description:
        'The `whpk_` key that verifies v1a signatures; null unless the secret is a `whsk_` key',
    }),
    previous_secrets: z
      .array(z.object({ expires_at: time }))
      .meta({ description: 'Replaced by a rotation; they sign until they expire, newest first' }),
    timestamped_signature: z.boolean(),
    hub_signature: hubSignature,
    event_types: z.array(z.string()).nullable(),
    status: subscriptionStatus,
    inactive_reason: z.enum(['paused', 'gone', 'failing']).nullable(),
    retry_schedule: retrySchedule.nullable(),
    timeout_ms: z.number().int().nullable(),
    rate_limit: rateLimit.nullable(),
    health: healthState,
    custom_headers: z.record(z.string(), z.literal(secretMask)),
    auth: shownAuth.nullable(),
    operational_events: z.boolean(),
    verification: shownVerification.nullable(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Subscription' });

/** Every field may be absent in an update. Strict: a misspelled one must not be ignored. */
export const subscriptionFields = z
  .strictObject({
    ...readOnlyFields,
    name: z.string().max(limits.nameLengthMax).trim().nullable(),
    target_url: targetUrl,
    secret: signingSecret,
    timestamped_signature: z.boolean().meta({
      description:
        "Adds `X-Webhook-Signature` in Stripe's form, `t=<seconds>,v1=<hex>`, for each secret that signs",
    }),
    hub_signature: hubSignature,
    event_types: z.array(eventTypeFilter).max(limits.eventTypesPerSubscriptionMax).nullable(),
    status: subscriptionStatus,
    retry_schedule: retrySchedule.nullable(),
    timeout_ms: z
      .number()
      .int()
      .min(limits.deliveryTimeoutMsMin)
      .max(limits.deliveryTimeoutMsMax)
      .nullable(),
    rate_limit: rateLimit
      .extend({ burst: rateLimit.shape.burst.optional() })
      .nullable()
      .meta({ description: 'Attempts per second, and the burst size (default 1)' }),
    custom_headers: customHeaders.nullable(),
    auth: endpointAuth.nullable(),
    operational_events: z.boolean().meta({
      description:
        "Makes it an operator's subscription: it is sent the operational events that `event_types` takes",
    }),
    verification: verification.nullable(),
  })
  .partial()
  .meta({ id: 'SubscriptionFields' });

export const newSubscription = subscriptionFields
  .extend({
    target_url: subscriptionFields.shape.target_url.unwrap(),
    secret: newSigningSecret.optional(),
  })
  .meta({ id: 'NewSubscription' });

export const delivery = z
  .object({
    id: z.string(),
    subscription_id: z.string(),
    event_type: z.string().nullable(),
    status: deliveryStatus,
    reason: z.string().nullable(),
    attempt_count: z.number().int(),
    last_status_code: z.number().int().nullable(),
    last_error_code: z.string().nullable(),
    next_attempt_at: time.nullable(),
    created_at: time,
    updated_at: time,
    completed_at: time.nullable(),
  })
  .meta({ id: 'Delivery' });

export const payloadEncoding = z.enum(['utf-8', 'base64']);

export const deliveryWithPayload = delivery
  .extend({
    content_type: z.string(),
    content_encoding: z.string().nullable().meta({
      description: 'Such as `gzip`: as it was given with the bytes; null where it was not',
    }),
    sender_headers: z.record(z.string(), z.string()).meta({
      description: 'Headers in which the sender describes the event; forwarded with it',
    }),
    payload: z.unknown().meta({
      description: `The body as JSON, numbers as written; null if it is of another type, compressed, or nested deeper than ${limits.jsonDepthMax} levels`,
    }),
    payload_raw: z
      .string()
      .meta({ description: 'The body as it was received, byte for byte, in `payload_encoding`' }),
    payload_encoding: payloadEncoding.meta({
      description: '`base64` where the bytes are not UTF-8',
    }),
  })
  .meta({ id: 'DeliveryWithPayload' });

export const attempt = z
  .object({
    id: z.string(),
    delivery_id: z.string(),
    subscription_id: z.string(),
    attempt_number: z.number().int(),
    status: z.enum(['success', 'failed']),
    outcome: z.enum(['success', 'failed_attempt', 'failure']),
    status_code: z.number().int().nullable(),
    error_code: z.string().nullable(),
    error_details: z.string().nullable(),
    response_body: z.string().nullable(),
    target_url: z.string(),
    duration_ms: z.number().int(),
    timings: z.object({
      dns_ms: z.number().nullable(),
      connect_ms: z.number().nullable(),
      tls_ms: z.number().nullable(),
      first_byte_ms: z.number().nullable(),
    }),
    created_at: time,
  })
  .meta({ id: 'Attempt' });

export const scope = z.enum(['admin', 'publish', 'read']);

export const apiKey = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    scopes: z.array(scope),
    created_at: time,
  })
  .meta({ id: 'ApiKey' });

/** Facts about a deployment that clients need. */
export const problem = z
  .object({
    error: z.string().meta({ description: 'A sentence for people' }),
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.enum(Object.keys(problems) as ProblemCode[]),
    instance: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

export type SubscriptionResource = z.infer<typeof subscription>;
export type SubscriptionFields = z.infer<typeof subscriptionFields>;
export type NewSubscription = z.infer<typeof newSubscription>;
export type DeliveryResource = z.infer<typeof delivery>;
export type DeliveryWithPayloadResource = z.infer<typeof deliveryWithPayload>;
export type AttemptResource = z.infer<typeof attempt>;
export type ApiKeyResource = z.infer<typeof apiKey>;
export type Problem = z.infer<typeof problem>;
