// Routes of an ingest URL: where events are posted, and where senders check that something answers.
import * as z from 'zod';
import { contentEncoding, contentType } from './content-headers.ts';
import { limits } from '../limits/limits.ts';
import { eventType } from '../http/resources.ts';
import type { Route } from '../http/route.ts';
import { message } from '../http/route.ts';

/**
 * Senders add their own parameters to the URL. One that can only mean `event_type` is not ignored,
 * since filters would then judge an event without a type.
 */
const ingestQuery = z
  .looseObject({ event_type: eventType.optional() })
  .superRefine((query, context) => {
    for (const name of Object.keys(query)) {
      if (name === 'event_type' || !/^event[_.-]?types?$/i.test(name)) continue;
      const message = 'is unknown: did you mean event_type?';
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });

/** Meta's names; others use their own parameters. */
const checkQuery = z.looseObject({
  'hub.mode': z.string().optional(),
  'hub.verify_token': z.string().optional(),
  'hub.challenge': z.string().optional(),
});

export const ingestRoutes = {
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
        'x-event-type': eventType
          .optional()
          .meta({ description: 'Takes precedence over the query parameter event_type' }),
        'x-hub-signature-256': z.string().optional().meta({
          description:
            "`sha256=` and the HMAC-SHA256 of the body with the subscription's secret, hex",
        }),
        'idempotency-key': z.string().max(limits.idempotencyKeyLengthMax).optional().meta({
          description:
            'Accepts the event once, however often the request is repeated within 24 hours',
        }),
        'webhook-hops': z
          .string()
          .regex(/^\d{1,3}$/, 'must be a whole number')
          .optional()
          .meta({
            description: 'Copied from a delivery that is republished, so that a loop ends',
          }),
      })
      .catchall(z.string()),
    body: 'raw',
    status: 202,
    greets: ['application/json'],
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
  checkIngest: {
    method: 'GET',
    path: '/api/ingest/{id}',
    function: 'publish',
    access: 'open',
    summary: 'Confirm that events can be posted here, whether or not the subscription exists',
    query: checkQuery,
    headers: z
      .object({ 'x-okta-verification-challenge': z.string().optional() })
      .catchall(z.string()),
    status: 200,
    greets: ['application/json', 'text/plain'],
    response: z.object(message),
    problems: ['too-many-failures'],
  },
} as const satisfies Record<string, Route>;
