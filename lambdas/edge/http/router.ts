// Which route of the contract a request is for. API Gateway has matched it already: its key is
// looked up in a Map. Requests to its catch-all are matched here, to tell a wrong path from a wrong
// method.
import { consolePages } from '../../contract/http/console-paths.ts';
import type { Route, RouteId } from '../../contract/http/routes.ts';
import { routeKey, routes } from '../../contract/http/routes.ts';
import type { HttpRequest } from './http-event.ts';

export type Match =
  | { kind: 'route'; id: RouteId; params: Readonly<Record<string, string>> }
  | { kind: 'wrong-method'; allow: readonly string[] }
  /** A console page with a trailing slash: an HTTP API routes it to the API. */
  | { kind: 'moved'; location: string }
  | { kind: 'wrong-path' };

const entries = Object.entries(routes) as [RouteId, Route][];
const idsByKey = new Map(entries.map(([id, route]) => [routeKey(route), id]));

export function matchRoute(
  request: Pick<HttpRequest, 'method' | 'path' | 'routeKey' | 'params'>,
): Match {
  const id = idsByKey.get(request.routeKey);
  // A REST API matches `/api/subscriptions/` as a subscription without an id.
  if (id === undefined || request.path.endsWith('/')) {
    return pageOf(request) ?? matchPath(request.method, request.path);
  }
  const { params } = request;
  const isWhole = !routes[id].path.includes('{id}') || Object.hasOwn(params, 'id');
  return isWhole ? { kind: 'route', id, params } : { kind: 'wrong-path' };
}

/** Relative, since a stage may precede the path. */
function pageOf({ method, path }: Pick<HttpRequest, 'method' | 'path'>): Match | null {
  const isPage = consolePages.some((page) => matchTemplate(page, path) !== null);
  if (method !== 'GET' || !isPage || !path.endsWith('/') || path === '/') return null;
  return { kind: 'moved', location: `../${path.split('/').at(-2)}` };
}

/** HEAD asks for what GET would answer (RFC 9110, 9.3.2). */
export function matchPath(asked: string, path: string): Match {
  const method = asked === 'HEAD' ? 'GET' : asked;
  const allow: string[] = [];
  for (const [id, route] of entries) {
    const params = matchTemplate(route.path, path);
    if (params === null) continue;
    if (route.method === method) return { kind: 'route', id, params };
    allow.push(route.method);
  }
  return allow.length > 0 ? { kind: 'wrong-method', allow } : { kind: 'wrong-path' };
}

/**
 * The parameters of a path such as `/api/delivery/{id}`; null if the path differs. A trailing slash
 * is ignored.
 */
export function matchTemplate(template: string, path: string): Record<string, string> | null {
  const parts = template.split('/');
  const segments = withoutSlash(path).split('/');
  if (parts.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    if (!part.startsWith('{')) {
      if (part !== segment) return null;
    } else if (segment === '') {
      return null;
    } else {
      params[part.slice(1, -1)] = segment;
    }
  }
  return params;
}

/** Only one: a second would be an empty segment. */
export function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
