// The route table: the one source of API Gateway's routes, the local server's, the handlers' types, the OpenAPI
// document and the tests that walk every route. `function` says which deployed function answers.
import * as z from 'zod';
import { limits } from './limits.ts';
import type { ProblemCode } from './problems.ts';
import * as resources from './resources.ts';

/** Who may call: anyone, a key with the scope, or (ingest) a key or the subscription's own signature. */
export type Access = 'open' | 'admin' | 'read' | 'publish-or-signature';

export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: `/${string}`;
  function: 'api' | 'publish';
  access: Access;
  summary: string;
  query?: z.ZodObject;
  /** `raw` is any JSON, kept byte for byte. */
  body?: z.ZodObject | 'raw';
  /** The status of success and what it carries. */
  status: number;
  response: z.ZodObject;
  /** Beyond `unauthenticated`, `forbidden`, `internal`, and `invalid-request` where there is input. */
  problems: readonly ProblemCode[];
};

const page = {
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= 1, 'must be at least 1')
    // The seed capped a larger limit in silence; its clients rely on that.
    .transform((value) => Math.min(value, limits.pageSizeMax))
    .default(limits.pageSizeDefault)
    .meta({ description: `1 to ${limits.pageSizeMax}; more is capped` }),
  cursor: z.string().min(1).max(2_048).optional(),
};

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const deliveryFilters = {
  status: resources.deliveryStatus.optional(),
  event_type: resources.eventType.optional(),
  since: instant.optional().meta({ description: 'Accepted at or after, RFC 3339' }),
  until: instant.optional().meta({ description: 'Accepted before, RFC 3339' }),
};

const statsWindow = {
  since: instant.optional(),
  until: instant.optional(),
};

const nextCursor = { next_cursor: z.string().nullable() };
const message = { message: z.string() };

export const routes = {
  getHealth: {
    method: 'GET',
    path: '/api/health',
    function: 'api',
    access: 'open',
    summary: 'Say that the service answers',
    status: 200,
    response: z.object({ status: z.literal('ok') }),
    problems: [],
  },
  getOpenApi: {
    method: 'GET',
    path: '/openapi.json',
    function: 'api',
    access: 'read',
    summary: 'Describe this API',
    status: 200,
    response: z.looseObject({ openapi: z.string() }),
    problems: [],
  },
  listSubscriptions: {
    method: 'GET',
    path: '/api/subscriptions',
    function: 'api',
    access: 'read',
    summary: 'List subscriptions, newest first',
    query: z.object(page),
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
    body: resources.subscriptionFields,
    status: 201,
    response: z.object({ ...message, subscription: resources.subscription }),
    problems: [
      'malformed-json',
      'unsupported-media-type',
      'payload-too-large',
      'unsafe-target-url',
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
  replaceSubscription: {
    method: 'PUT',
    path: '/api/subscriptions/{id}',
    function: 'api',
    access: 'admin',
    summary: 'Update the fields that are given',
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
    ],
  },
  updateSubscription: {
    method: 'PATCH',
    path: '/api/subscriptions/{id}',
    function: 'api',
    access: 'admin',
    summary: 'Update the fields that are given',
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
    ],
  },
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
  testSubscription: {
    method: 'POST',
    path: '/api/subscriptions/{id}/test',
    function: 'api',
    access: 'admin',
    summary: 'Send a signed sample event through the real path',
    body: z
      .object({ event_type: resources.eventType, payload: z.unknown() })
      .partial()
      .meta({ id: 'TestEvent' }),
    status: 202,
    response: z.object({ ...message, delivery_id: z.string() }),
    problems: ['malformed-json', 'unsupported-media-type', 'payload-too-large', 'not-found'],
  },
  ingest: {
    method: 'POST',
    path: '/api/ingest/{id}',
    function: 'publish',
    access: 'publish-or-signature',
    summary: 'Accept an event for delivery to a subscription',
    query: z.object({ event_type: resources.eventType.optional() }),
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
      'unsupported-media-type',
      'signature-missing',
      'signature-invalid',
      'idempotency-key-reused',
      'not-found',
    ],
  },
  listDeliveries: {
    method: 'GET',
    path: '/api/deliveries',
    function: 'api',
    access: 'read',
    summary: 'List deliveries, newest first',
    query: z.object({ subscription_id: z.string().optional(), ...deliveryFilters, ...page }),
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
    query: z.object({ ...deliveryFilters, ...page }),
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
  getStats: {
    method: 'GET',
    path: '/api/stats',
    function: 'api',
    access: 'read',
    summary: 'Count deliveries of all subscriptions',
    query: z.object(statsWindow),
    status: 200,
    response: resources.stats.extend({ active_subscriptions: z.number().int() }),
    problems: [],
  },
  getSubscriptionStats: {
    method: 'GET',
    path: '/api/subscriptions/{id}/stats',
    function: 'api',
    access: 'read',
    summary: 'Count deliveries of a subscription',
    query: z.object(statsWindow),
    status: 200,
    response: resources.stats.extend({ subscription_id: z.string() }),
    problems: ['not-found'],
  },
  createApiKey: {
    method: 'POST',
    path: '/api/keys',
    function: 'api',
    access: 'admin',
    summary: 'Create an API key; its text is shown this once',
    body: z
      .object({
        name: z.string().trim().min(1).max(limits.nameLengthMax).nullable().optional(),
        scopes: z.array(resources.scope).min(1).max(3),
      })
      .meta({ id: 'NewApiKey' }),
    status: 201,
    response: z.object({ ...message, key: z.string(), api_key: resources.apiKey }),
    problems: ['malformed-json', 'unsupported-media-type', 'payload-too-large', 'limit-exceeded'],
  },
  listApiKeys: {
    method: 'GET',
    path: '/api/keys',
    function: 'api',
    access: 'admin',
    summary: 'List API keys',
    status: 200,
    response: z.object({ api_keys: z.array(resources.apiKey) }),
    problems: [],
  },
  deleteApiKey: {
    method: 'DELETE',
    path: '/api/keys/{id}',
    function: 'api',
    access: 'admin',
    summary: 'Revoke an API key',
    status: 200,
    response: z.object(message),
    problems: ['not-found'],
  },
} as const satisfies Record<string, Route>;

export type RouteId = keyof typeof routes;

/** The key that API Gateway gives and handlers look up. */
export function routeKey(route: Pick<Route, 'method' | 'path'>): string {
  return `${route.method} ${route.path}`;
}
