// The route table: the one source of API Gateway's routes, the local server's, the handlers' types, the OpenAPI
// document and the tests that walk every route. `function` says which deployed function answers.
import { deadLetterRoutes } from '../dead-letters/dead-letter-routes.ts';
import { deliveryRoutes } from '../deliveries/delivery-routes.ts';
import { ingestRoutes } from '../events/ingest-routes.ts';
import { ledgerRoutes } from '../ledger/ledger-routes.ts';
import { replayRoutes } from '../replays/replay-routes.ts';
import { serviceRoutes } from './service-routes.ts';
import { subscriptionRoutes } from '../subscriptions/subscription-routes.ts';

export type { Access, Route } from './route.ts';
export { routeKey } from './route.ts';

export const routes = {
  ...serviceRoutes,
  ...subscriptionRoutes,
  ...ingestRoutes,
  ...deliveryRoutes,
  ...replayRoutes,
  ...deadLetterRoutes,
  ...ledgerRoutes,
} as const;

export type RouteId = keyof typeof routes;
