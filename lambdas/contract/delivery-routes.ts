// Routes of deliveries, ingest first.
import * as z from 'zod';
import { contentEncoding, contentType } from './content-headers.ts';
import { limits } from './limits.ts';
import * as resources from './resources.ts';
import type { Route } from './route.ts';
import { deliveryFilters, message, nextCursor, page } from './route.ts';

/**
 * Senders add parameters of their own to the URL that they were given. One that can only mean `event_type` is not left
 * out, since filters would then judge an event without a type.
 */
const ingestQuery = z
  .looseObject({ event_type: resources.eventType.optional() })
  .superRefine((query, context) => {
    for (const name of Object.keys(query)) {
      if (name === 'event_type' || !/^event[_.-]?types?$/i.test(name)) continue;
      const message = 'is not known here: did you mean event_type?';
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });

export const deliveryRoutes = {
  ingest: {
    method: 'POST',
    path: '/api/ingest/{id}',
    function: 'publish',
    access: 'publish-or-signature',
    summary: 'Accept an event for delivery to a subscription',
    query: ingestQuery,
    headers: z
      .object({
        'content-type': contentType.optional(),
        'content-encoding': contentEncoding.optional().meta({
          description: 'Such as `gzip`: kept and sent on with the bytes, which stay as they are',
        }),
        'x-event-type': resources.eventType
          .optional()
          .meta({ description: 'Goes before the query parameter event_type' }),
        'x-hub-signature-256': z.string().optional().meta({
          description:
            "`sha256=` and the HMAC-SHA256 of the body with the subscription's secret, hex",
        }),
        'idempotency-key': z.string().max(limits.idempotencyKeyLengthMax).optional().meta({
          description: 'Accepts the event once, however often the request is repeated within a day',
        }),
        'webhook-hops': z
          .string()
          .regex(/^\d{1,3}$/, 'must be a whole number')
          .optional()
          .meta({
            description: 'Copied from a delivery that is published again, so that a loop ends',
          }),
      })
      .catchall(z.string()),
    body: 'raw',
    status: 202,
    response: z.object({
      ...message,
      delivery_id: z.string().optional(),
      status: z.literal('rejected').optional(),
    }),
    problems: [
      'malformed-json',
      'payload-missing',
      'payload-too-large',
      'signature-missing',
      'signature-invalid',
      'signature-expired',
      'too-many-failures',
      'idempotency-key-reused',
      'loop-detected',
      'too-many-requests',
      'backlog-full',
      'not-found',
    ],
  },
  listDeliveries: {
    method: 'GET',
    path: '/api/deliveries',
    function: 'api',
    access: 'read',
    summary: 'List deliveries, newest first',
    query: z.strictObject({ subscription_id: z.string().optional(), ...deliveryFilters, ...page }),
    status: 200,
    response: z.object({ deliveries: z.array(resources.delivery), ...nextCursor }),
    problems: ['invalid-cursor'],
  },
  listSubscriptionDeliveries: {
    method: 'GET',
    path: '/api/subscriptions/{id}/deliveries',
    function: 'api',
    access: 'read',
    summary: 'List the deliveries of a subscription, newest first',
    query: z.strictObject({ ...deliveryFilters, ...page }),
    status: 200,
    response: z.object({
      subscription_id: z.string(),
      deliveries: z.array(resources.delivery),
      ...nextCursor,
    }),
    problems: ['invalid-cursor', 'not-found'],
  },
  getDelivery: {
    method: 'GET',
    path: '/api/delivery/{id}',
    function: 'api',
    access: 'read',
    summary: 'Get a delivery with its payload and attempts',
    status: 200,
    response: z.object({
      delivery: resources.deliveryWithPayload,
      attempts: z.array(resources.attempt),
    }),
    problems: ['not-found'],
  },
  retryDelivery: {
    method: 'POST',
    path: '/api/delivery/{id}/retry',
    function: 'api',
    access: 'admin',
    summary: 'Start a new attempt cycle now, also of a delivered one',
    status: 202,
    response: z.object({ ...message, delivery: resources.delivery }),
    problems: ['not-found', 'conflict'],
  },
  cancelDelivery: {
    method: 'POST',
    path: '/api/delivery/{id}/cancel',
    function: 'api',
    access: 'admin',
    summary: 'Cancel an open delivery',
    status: 200,
    response: z.object({ ...message, delivery: resources.delivery }),
    problems: ['not-found', 'conflict'],
  },
} as const satisfies Record<string, Route>;
