// API Gateway's routes: those of the contract, the console's paths, and the request rate of each.
// API Gateway throttles each route separately, and throttled requests cost nothing.
import { consoleAssets, consolePages } from '../lambdas/contract/http/console-paths.ts';
import { limits } from '../lambdas/contract/limits/limits.ts';
import type { Route } from '../lambdas/contract/http/routes.ts';
import { routes } from '../lambdas/contract/http/routes.ts';

/** `open` is everything that needs no key, or has no route. */
type Traffic = 'ingest' | 'api' | 'open';

export type GatewayRoute = Pick<Route, 'path'> & {
  method: Route['method'] | 'HEAD' | 'ANY';
  function: 'api' | 'publish' | 'console';
  traffic: Traffic;
};

export type Rates = {
  requestsPerSecond: number;
  apiRequestsPerSecond: number;
  openRequestsPerSecond: number;
};

const consolePaths: readonly Route['path'][] = [...consolePages, consoleAssets];

export const gatewayRoutes: readonly GatewayRoute[] = [
  ...Object.values<Route>(routes).map((route) => ({ ...route, traffic: trafficOf(route) })),
  // Senders use either method to check the URL. Elsewhere the catch-all answers HEAD.
  { method: 'HEAD', path: routes.checkIngest.path, function: 'publish', traffic: 'open' },
  ...consolePaths.map((path): GatewayRoute => ({
    method: 'GET',
    path,
    function: 'console',
    traffic: 'open',
  })),
];

/**
 * An HTTP API allows no route with a trailing slash, and treats such a path as a different one,
 * which would go to the catch-all, and so the api function. A REST API drops the slash itself. It
 * gets the API's rate: few paste the URL this way, and ingest's rate would exhaust the total for
 * all routes.
 */
const slashRoutes: readonly GatewayRoute[] = [
  { method: 'ANY', path: `${routes.ingest.path}/{slash+}`, function: 'publish', traffic: 'api' },
];

export function gatewayRoutesOf(kind: 'http' | 'rest'): readonly GatewayRoute[] {
  return kind === 'http' ? [...gatewayRoutes, ...slashRoutes] : gatewayRoutes;
}

function trafficOf(route: Route): Traffic {
  if (route.access === 'open') return 'open';
  return route.function === 'publish' ? 'ingest' : 'api';
}

/** Every path of a REST API with something at or below it: each accepts any method. */
export const restPaths: readonly string[] = [
  ...new Set(['/', '/{proxy+}', ...gatewayRoutes.flatMap(({ path }) => prefixesOf(path))]),
];

function prefixesOf(path: string): string[] {
  const parts = path.split('/').slice(1);
  return parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

export function rateOf(traffic: Traffic, rates: Rates): number {
  const { requestsPerSecond: ingest, apiRequestsPerSecond, openRequestsPerSecond } = rates;
  return { ingest, api: apiRequestsPerSecond, open: openRequestsPerSecond }[traffic];
}

/** The burst equals one second's worth. */
export function throttleOf(traffic: Traffic, rates: Rates) {
  const rate = rateOf(traffic, rates);
  return { rateLimit: rate, burstLimit: Math.min(rate, limits.gatewayBurstMax) };
}

/** The maximum rate over all routes. */
export function rateInAll(kind: 'http' | 'rest', rates: Rates): number {
  const catchAll = kind === 'http' ? 1 : restPaths.length;
  const named = gatewayRoutesOf(kind).map(({ traffic }) => rateOf(traffic, rates));
  return named.reduce((sum, rate) => sum + rate, catchAll * rateOf('open', rates));
}
