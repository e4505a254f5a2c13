// Stands in for API Gateway: finds the route, builds an event in payload format 2.0, calls the
// function that the contract names, and writes its response.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Route } from '../../lambdas/contract/http/routes.ts';
import { routeKey, routes } from '../../lambdas/contract/http/routes.ts';
import type { HttpHandler } from '../../lambdas/edge/http/http.ts';
import { matchPath } from '../../lambdas/edge/http/router.ts';
import { readBody } from './read-body.ts';
import type { RecentFailures } from './recent-failures.ts';
import { createReadingBudget } from './reading-budget.ts';

export type Gateway = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export type GatewayOptions = {
  bodyBytesMax: number;
  /** No key is needed. */
  isOpenToAll: boolean;
  failures: RecentFailures;
};

export function createGateway(
  functions: Readonly<Record<Route['function'], HttpHandler>>,
  { bodyBytesMax, isOpenToAll, failures }: GatewayOptions,
): Gateway {
  const budget = createReadingBudget();
  return async (request, response) => {
    const reading = budget.begin(request.headers, isOpenToAll);
    const body = await readBody(request, bodyBytesMax, reading);
    const { handler, event } = eventOf(request, body);
    const result = await functions[handler](event);
    // A 503 says when it will be over; other failures may recur.
    if (result.statusCode === 500) failures.note();
    // For HEAD, Node itself omits the body and sends only its length.
    const length = { 'content-length': String(Buffer.byteLength(result.body)) };
    response.writeHead(result.statusCode, { ...result.headers, ...length }).end(result.body);
  };
}

function eventOf(
  request: IncomingMessage,
  body: Buffer,
): { handler: Route['function']; event: APIGatewayProxyEventV2 } {
  const { url = '' } = request;
  const method = methodOf(request);
  const [rawPath, rawQueryString] = splitOnce(url, '?');
  const match = matchPath(method, rawPath);
  const matched =
    match.kind === 'route'
      ? { route: routes[match.id], params: { pathParameters: match.params } }
      : { route: null, params: {} };
  const key = matched.route === null ? '$default' : routeKey(matched.route);
  const event: APIGatewayProxyEventV2 = {
    version: '2.0',
    routeKey: key,
    rawPath,
    rawQueryString,
    headers: flat(request.headers),
    ...matched.params,
    requestContext: { ...contextOf(request), http: httpOf(request, rawPath), routeKey: key },
    body: body.toString('base64'),
    isBase64Encoded: true,
  };
  return { handler: matched.route?.function ?? 'api', event };
}

function contextOf({ headers }: IncomingMessage) {
  const now = new Date();
  return {
    accountId: 'local',
    apiId: 'local',
    domainName: headers.host ?? '',
    domainPrefix: '',
    requestId: randomUUID(),
    stage: '$default',
    time: now.toISOString(),
    timeEpoch: now.getTime(),
  };
}

/** HEAD asks for what GET would answer, without its body (RFC 9110, 9.3.2). */
function methodOf({ method = '' }: IncomingMessage): string {
  return method === 'HEAD' ? 'GET' : method;
}

function httpOf(request: IncomingMessage, path: string) {
  const { headers, httpVersion, socket } = request;
  return {
    method: methodOf(request),
    path,
    protocol: `HTTP/${httpVersion}`,
    sourceIp: socket.remoteAddress ?? '',
    userAgent: headers['user-agent'] ?? '',
  };
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Repeated headers joined, as by API Gateway. */
export function flat(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
}
