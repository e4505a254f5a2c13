// Which route of the contract a request is for. API Gateway has matched it already: its key is looked up in a Map.
// What it sent to its catch-all is matched here, to tell a wrong path from a wrong method.
import type { Route, RouteId } from '../contract/routes.ts';
import { routeKey, routes } from '../contract/routes.ts';
import type { HttpRequest } from './http-event.ts';

export type Match =
  | { kind: 'route'; id: RouteId; params: Readonly<Record<string, string>> }
  | { kind: 'wrong-method'; allow: readonly string[] }
  | { kind: 'wrong-path' };

const entries = Object.entries(routes) as [RouteId, Route][];
const idsByKey = new Map(entries.map(([id, route]) => [routeKey(route), id]));

export function matchRoute(
  request: Pick<HttpRequest, 'method' | 'path' | 'routeKey' | 'params'>,
): Match {
  const id = idsByKey.get(request.routeKey);
  // A REST API takes `/api/keys/` for `/api/keys`, an HTTP API does not: no path of ours ends so.
  if (id === undefined || request.path.endsWith('/'))
    return matchPath(request.method, request.path);
  const { params } = request;
  const isWhole = !routes[id].path.includes('{id}') || Object.hasOwn(params, 'id');
  return isWhole ? { kind: 'route', id, params } : { kind: 'wrong-path' };
}

export function matchPath(method: string, path: string): Match {
  const allow: string[] = [];
  for (const [id, route] of entries) {
    const params = matchTemplate(route.path, path);
    if (params === null) continue;
    if (route.method === method) return { kind: 'route', id, params };
    allow.push(route.method);
  }
  return allow.length > 0 ? { kind: 'wrong-method', allow } : { kind: 'wrong-path' };
}

/** The parameters of a path such as `/api/delivery/{id}`; null where it is another path. */
export function matchTemplate(template: string, path: string): Record<string, string> | null {
  const parts = template.split('/');
  const segments = path.split('/');
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
