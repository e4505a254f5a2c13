// What API Gateway is told of the routes: those of the contract, the console's paths, and how many requests a second each
// may have. API Gateway counts for each route by itself, and throttled requests cost nothing.
import { consoleAssets, consolePages } from '../lambdas/contract/http/console-paths.ts';
import { limits } from '../lambdas/contract/limits/limits.ts';
import type { Route } from '../lambdas/contract/http/routes.ts';
import { routes } from '../lambdas/contract/http/routes.ts';

/** `open` is whatever answers without a key, and what has no route. */
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
  // Senders look with either whether the URL is there. Elsewhere the catch-all answers HEAD.
  { method: 'HEAD', path: routes.checkIngest.path, function: 'publish', traffic: 'open' },
  ...consolePaths.map((path): GatewayRoute => ({
    method: 'GET',
    path,
    function: 'console',
    traffic: 'open',
  })),
];

/**
 * An HTTP API takes no route that ends in a slash, and a path that does for another one: what would else go to the
 * catch-all, which is the api function's. A REST API leaves the slash out by itself. It has the rate of the API: few paste
 * the URL so, and with that of ingest what all routes may have would be used up.
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

/** Every path of a REST API that has something below it or at it: each takes any method. */
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

/** A bucket holds what comes in a second. */
export function throttleOf(traffic: Traffic, rates: Rates) {
  const rate = rateOf(traffic, rates);
  return { rateLimit: rate, burstLimit: Math.min(rate, limits.gatewayBurstMax) };
}

/** What all routes together let through, at most. */
export function rateInAll(kind: 'http' | 'rest', rates: Rates): number {
  const catchAll = kind === 'http' ? 1 : restPaths.length;
  const named = gatewayRoutesOf(kind).map(({ traffic }) => rateOf(traffic, rates));
  return named.reduce((sum, rate) => sum + rate, catchAll * rateOf('open', rates));
}
