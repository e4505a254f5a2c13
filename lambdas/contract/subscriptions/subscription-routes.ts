// Routes of subscriptions.
import * as z from 'zod';
import { contentType } from '../events/content-headers.ts';
import { health } from '../endpoints/health-resource.ts';
import * as resources from '../http/resources.ts';
import type { Route } from '../http/route.ts';
import { message, nextCursor, page } from '../http/route.ts';
import { secretRotation } from '../signing/signing-secret.ts';

const change = {
  path: '/api/subscriptions/{id}',
  function: 'api',
  access: 'admin',
  summary: 'Update the given fields',
  body: resources.subscriptionFields,
  status: 200,
  response: z.object({ ...message, subscription: resources.subscription }),
  problems: [
    'malformed-json',
    'unsupported-media-type',
    'payload-too-large',
    'unsafe-target-url',
    'not-found',
    'conflict',
    'limit-exceeded',
  ],
} as const;

export const subscriptionRoutes = {
  listSubscriptions: {
    method: 'GET',
    path: '/api/subscriptions',
    function: 'api',
    access: 'read',
    summary: 'List subscriptions, newest first',
    query: z.strictObject(page),
    status: 200,
    response: z.object({ subscriptions: z.array(resources.subscription), ...nextCursor }),
    problems: ['invalid-cursor'],
  },
  createSubscription: {
    method: 'POST',
    path: '/api/subscriptions',
    function: 'api',
    access: 'admin',
    summary: 'Create a subscription',
    body: resources.newSubscription,
    status: 201,
    response: z.object({ ...message, subscription: resources.subscription }),
    problems: [
      'malformed-json',
      'unsupported-media-type',
      'payload-too-large',
      'unsafe-target-url',
      'limit-exceeded',
    ],
  },
  getSubscription: {
    method: 'GET',
    path: '/api/subscriptions/{id}',
    function: 'api',
    access: 'read',
    summary: 'Get a subscription',
    status: 200,
    response: z.object({ subscription: resources.subscription }),
    problems: ['not-found'],
  },
  // The seed's PUT changes only the given fields, as PATCH does.
  replaceSubscription: { method: 'PUT', ...change },
  updateSubscription: { method: 'PATCH', ...change },
  deleteSubscription: {
    method: 'DELETE',
    path: '/api/subscriptions/{id}',
    function: 'api',
    access: 'admin',
    summary: 'Delete a subscription and cancel its open deliveries',
    status: 200,
    response: z.object(message),
    problems: ['not-found'],
  },
  getSubscriptionHealth: {
    method: 'GET',
    path: '/api/subscriptions/{id}/health',
    function: 'api',
    access: 'read',
    summary: "Show the health of a subscription's endpoint, its backlog, and what changed of late",
    status: 200,
    response: health,
    problems: ['not-found'],
  },
  rotateSecret: {
    method: 'POST',
    path: '/api/subscriptions/{id}/rotate-secret',
    function: 'api',
    access: 'admin',
    summary: 'Replace the secret; earlier ones keep signing during an overlap',
    body: secretRotation,
    status: 200,
    response: z.object({
      ...message,
      secret: z.string().nullable().meta({
        description: 'The `whsec_` secret that the service made, shown this once; else null',
      }),
      subscription: resources.subscription,
    }),
    problems: [
      'malformed-json',
      'unsupported-media-type',
      'payload-too-large',
      'not-found',
      'conflict',
      'limit-exceeded',
    ],
  },
  testSubscription: {
    method: 'POST',
    path: '/api/subscriptions/{id}/test',
    function: 'api',
    access: 'admin',
    summary: 'Send a signed sample event through the real path',
    opaqueMember: 'payload',
    body: z
      .strictObject({
        event_type: resources.eventType,
        payload: z.unknown().meta({ description: 'Any JSON: sent byte for byte as written here' }),
        payload_raw: z.string().meta({
          description: 'The exact bytes, instead of `payload`, in `payload_encoding`',
        }),
        payload_encoding: resources.payloadEncoding.meta({ description: '`utf-8` if not given' }),
        content_type: contentType.meta({ description: '`application/json` if not given' }),
      })
      .partial()
      .refine(({ payload, payload_raw: raw }) => payload === undefined || raw === undefined, {
        path: ['payload_raw'],
        error: 'must not be combined with payload',
      })
      .meta({ id: 'TestEvent', not: { required: ['payload', 'payload_raw'] } }),
    status: 202,
    response: z.object({ ...message, delivery_id: z.string() }),
    problems: [
      'malformed-json',
      'payload-missing',
      'unsupported-media-type',
      'payload-too-large',
      'not-found',
    ],
  },
} as const satisfies Record<string, Route>;
