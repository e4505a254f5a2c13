// Events as API Gateway makes them, of both kinds, from one description of a request.
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import { routeKey, routes } from '../../lambdas/contract/http/routes.ts';
import { matchPath } from '../../lambdas/edge/http/router.ts';

export type GatewayKind = 'http' | 'rest';

export type RequestLine = {
  method: string;
  /** With its query, percent-encoded. */
  path: string;
  headers?: Readonly<Record<string, string>> | undefined;
  body?: string | Uint8Array | undefined;
  /** The caller's address. */
  from?: string | undefined;
};

const someAddress = '192.0.2.1';

export function gatewayEvent(
  kind: GatewayKind,
  request: RequestLine,
): APIGatewayProxyEvent | APIGatewayProxyEventV2 {
  return kind === 'http' ? httpApiEvent(request) : restApiEvent(request);
}

/** What an HTTP API takes for text, and passes on as such, whatever the bytes are. */
const textTypes = /^(text\/|application\/(json|xml|javascript)\s*(;|$))/i;

/** HTTP API, payload format 2.0: names of headers in lower case, query and path decoded, text bodies as text. */
export function httpApiEvent(request: RequestLine): APIGatewayProxyEventV2 {
  const { path, query, matched } = splitAsHttpApi(request);
  const key = matched === null ? '$default' : routeKeyOf(matched.route, path);
  const headers = lowerCased(request);
  const isText = textTypes.test(headers['content-type'] ?? '');
  return {
    version: '2.0',
    routeKey: key,
    rawPath: path,
    rawQueryString: query,
    headers,
    ...(query !== '' && { queryStringParameters: commaJoined(query) }),
    ...(matched !== null && { pathParameters: mapValues(matched.params, decoded) }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'api.example',
      domainPrefix: 'api',
      http: {
        method: request.method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: request.from ?? someAddress,
        userAgent: 'test',
      },
      requestId: 'request-1',
      routeKey: key,
      stage: '$default',
      time: '15/Jan/2035:12:00:00 +0000',
      timeEpoch: 2_052_475_200_000,
    },
    ...bodyMembers(request.body, !isText),
    isBase64Encoded: request.body !== undefined && !isText,
  };
}

/** REST API, payload format 1.0, with every media type binary: bodies are base64, header names as they were sent. */
export function restApiEvent(request: RequestLine): APIGatewayProxyEvent {
  const { path, query, matched } = split(request);
  const parameters = [...new URLSearchParams(query)];
  const headers = { ...lengthOf(request), ...request.headers };
  return {
    resource: matched === null ? '/{proxy+}' : matched.route.path,
    path,
    httpMethod: request.method,
    headers,
    multiValueHeaders: mapValues(headers, (value) => [value]),
    // Emulators differ on which of repeated ones this holds.
    queryStringParameters:
      parameters.length === 0 ? null : Object.fromEntries(parameters.toReversed()),
    multiValueQueryStringParameters: parameters.length === 0 ? null : listsOf(parameters),
    pathParameters: matched === null ? { proxy: path.slice(1) } : matched.params,
    stageVariables: null,
    // The rest of the request context is nothing that a handler reads.
    requestContext: {
      requestId: 'request-1',
      stage: 'live',
      path: `/live${path}`,
      identity: { sourceIp: request.from ?? someAddress },
    } as never,
    body: null,
    ...bodyMembers(request.body, true),
    isBase64Encoded: request.body !== undefined,
  };
}

function split(request: RequestLine) {
  const [path = '', query = ''] = request.path.split(/\?(.*)/s);
  const match = matchPath(request.method, path);
  const matched =
    match.kind === 'route' ? { route: routes[match.id], params: { ...match.params } } : null;
  return { path, query, matched };
}

/** An HTTP API takes a path with a slash at its end for another one, and has a route for those of ingest. */
function splitAsHttpApi(request: RequestLine) {
  const { path, query, matched } = split(request);
  const isElsewhere = path.endsWith('/') && matched?.route.function !== 'publish';
  return { path, query, matched: isElsewhere ? null : matched };
}

function routeKeyOf(route: (typeof routes)[keyof typeof routes], path: string): string {
  return path.endsWith('/') ? `ANY ${route.path}/{slash+}` : routeKey(route);
}

function bodyMembers(body: RequestLine['body'], base64: boolean): { body?: string } {
  if (body === undefined) return {};
  return { body: Buffer.from(body).toString(base64 ? 'base64' : 'utf8') };
}

function commaJoined(query: string): Record<string, string> {
  const all = Map.groupBy(new URLSearchParams(query), ([name]) => name);
  return Object.fromEntries(
    [...all].map(([name, pairs]) => [name, pairs.map(([, value]) => value).join(',')]),
  );
}

function listsOf(pairs: [string, string][]): Record<string, string[]> {
  const all = Map.groupBy(pairs, ([name]) => name);
  return Object.fromEntries([...all].map(([name, list]) => [name, list.map(([, value]) => value)]));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function lowerCased(request: RequestLine): Record<string, string> {
  const given = Object.entries(request.headers ?? {});
  const names = given.map(([name, value]) => [name.toLowerCase(), value] as const);
  return { ...lengthOf(request), ...Object.fromEntries(names) };
}

function lengthOf({ body }: RequestLine): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.from(body).byteLength) };
}

function mapValues<Value>(
  record: Readonly<Record<string, string>>,
  change: (value: string) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
