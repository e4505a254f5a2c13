// The console's API calls, typed by the contract. A line missing from the contract does not
// compile; the contract itself stays out of the bundle.
import type * as z from 'zod';
import type { RouteId, routes } from '../../lambdas/contract/http/routes.ts';

type Routes = typeof routes;

export const lines = {
  whoAmI: 'GET /api/whoami',
  getSettings: 'GET /api/settings',
  getHealth: 'GET /api/health',
  getOpenApi: 'GET /openapi.json',
  getStats: 'GET /api/stats',
  getSubscriptionStats: 'GET /api/subscriptions/{id}/stats',
  listApiKeys: 'GET /api/keys',
  createApiKey: 'POST /api/keys',
  deleteApiKey: 'DELETE /api/keys/{id}',
  listSubscriptions: 'GET /api/subscriptions',
  createSubscription: 'POST /api/subscriptions',
  getSubscription: 'GET /api/subscriptions/{id}',
  updateSubscription: 'PATCH /api/subscriptions/{id}',
  deleteSubscription: 'DELETE /api/subscriptions/{id}',
  getSubscriptionHealth: 'GET /api/subscriptions/{id}/health',
  rotateSecret: 'POST /api/subscriptions/{id}/rotate-secret',
  testSubscription: 'POST /api/subscriptions/{id}/test',
  listDeliveries: 'GET /api/deliveries',
  getDelivery: 'GET /api/delivery/{id}',
  retryDelivery: 'POST /api/delivery/{id}/retry',
  cancelDelivery: 'POST /api/delivery/{id}/cancel',
  createReplay: 'POST /api/replays',
  listReplays: 'GET /api/replays',
  getReplay: 'GET /api/replays/{id}',
  pauseReplay: 'POST /api/replays/{id}/pause',
  resumeReplay: 'POST /api/replays/{id}/resume',
  cancelReplay: 'POST /api/replays/{id}/cancel',
  getLedger: 'GET /api/ledger',
  recoverLedger: 'POST /api/ledger/recover',
  listDeadLetters: 'GET /api/dead-letters',
  redriveDeadLetters: 'POST /api/dead-letters/redrive',
} as const satisfies { [Id in RouteId]?: `${Routes[Id]['method']} ${Routes[Id]['path']}` };

export type CallId = keyof typeof lines;

export type Answer<Id extends RouteId> = z.output<Routes[Id]['response']>;

type QueryOf<Route> = Route extends { query: infer Query extends z.ZodType }
  ? z.input<Query>
  : undefined;

type BodyOf<Route> = Route extends { body: infer Body extends z.ZodType }
  ? z.input<Body>
  : undefined;

export type Query<Id extends RouteId> = QueryOf<Routes[Id]>;
export type Body<Id extends RouteId> = BodyOf<Routes[Id]>;

export type CallInput<Id extends RouteId> = {
  id?: string;
  query?: Query<Id>;
  body?: Body<Id>;
  signal?: AbortSignal | undefined;
};
