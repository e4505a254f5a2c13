// Routes of the service itself: health, description, counters, API keys.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';
import * as resources from './resources.ts';
import type { Route } from './route.ts';
import { message, statsWindow } from './route.ts';
import { settings } from './settings-resource.ts';
import { stats } from '../ledger/stats-resource.ts';

export const serviceRoutes = {
  getHealth: {
    method: 'GET',
    path: '/api/health',
    function: 'api',
    access: 'open',
    summary: 'Check that the service responds',
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
  whoAmI: {
    method: 'GET',
    path: '/api/whoami',
    function: 'api',
    access: 'any-key',
    summary: 'Show the caller and what the API key allows',
    status: 200,
    response: z.object({
      auth: z.enum(['on', 'off']).meta({ description: '`off`: no API key is needed' }),
      tenant: z.string(),
      scopes: z.array(resources.scope),
    }),
    problems: [],
  },
  getSettings: {
    method: 'GET',
    path: '/api/settings',
    function: 'api',
    access: 'read',
    summary: 'Show the settings of this deployment',
    status: 200,
    response: z.object({ settings }),
    problems: [],
  },
  getStats: {
    method: 'GET',
    path: '/api/stats',
    function: 'api',
    access: 'read',
    summary: 'Count deliveries of all subscriptions',
    query: z.strictObject(statsWindow),
    status: 200,
    response: stats.extend({ active_subscriptions: z.number().int() }),
    problems: [],
  },
  getSubscriptionStats: {
    method: 'GET',
    path: '/api/subscriptions/{id}/stats',
    function: 'api',
    access: 'read',
    summary: 'Count deliveries of a subscription',
    query: z.strictObject(statsWindow),
    status: 200,
    response: stats.extend({ subscription_id: z.string() }),
    problems: ['not-found'],
  },
  createApiKey: {
    method: 'POST',
    path: '/api/keys',
    function: 'api',
    access: 'admin',
    summary: 'Create an API key; its text is shown only once',
    body: z
      .strictObject({
        name: z
          .string()
          .max(limits.nameLengthMax)
          .trim()
          .min(1)
          .meta({ pattern: '\\S' })
          .nullable()
          .optional(),
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
