import { membersOf } from '../../core/shared/members.ts';
import type { Members } from '../../core/shared/members.ts';
// Normalizes API Gateway's events into one request type: HTTP API (payload 2.0) and REST API (1.0).
// Anything missing or of an unexpected type counts as absent, so that no event can fail here.

export type HttpRequest = {
  requestId: string;
  method: string;
  /** The address that the connection comes from. */
  sourceAddress: string;
  /** Percent-encoded or not, depending on the gateway; without the stage. */
  path: string;
  /** The route that the gateway matched, such as `GET /api/delivery/{id}`. */
  routeKey: string;
  params: Readonly<Record<string, string>>;
  /** The last value of repeated parameters; empty ones are absent. */
  query: Readonly<Record<string, string>>;
  /** Names of parameters given without a value. */
  empty: readonly string[];
  /** Names of parameters given more than once. */
  repeated: readonly string[];
  /** Names in lower case; empty ones are absent. */
  headers: Readonly<Record<string, string>>;
  rawBody: Buffer;
};

export function readHttpEvent(event: unknown): HttpRequest {
  const members = membersOf(event);
  const context = membersOf(members['requestContext']);
  const common = {
    requestId: textOf(context['requestId']),
    params: textsOf(members['pathParameters']),
    headers: lowerCased(withoutEmpty(textsOf(members['headers']))),
    rawBody: Buffer.from(
      textOf(members['body']),
      members['isBase64Encoded'] === true ? 'base64' : 'utf8',
    ),
  };
  return members['version'] === '2.0'
    ? { ...common, ...readHttpApi(members, context) }
    : { ...common, ...readRestApi(members, context) };
}

function readHttpApi(members: Members, context: Members) {
  const stage = `/${textOf(context['stage'])}`;
  const path = textOf(members['rawPath']);
  const parameters = new URLSearchParams(textOf(members['rawQueryString']));
  return {
    method: textOf(membersOf(context['http'])['method']),
    sourceAddress: textOf(membersOf(context['http'])['sourceIp']),
    path: path.startsWith(`${stage}/`) ? path.slice(stage.length) : path,
    routeKey: textOf(members['routeKey']),
    // Not `queryStringParameters`: it joins repeated parameters with commas.
    query: withoutEmpty(Object.fromEntries(parameters)),
    empty: namesOfEmpty(Object.fromEntries(parameters)),
    repeated: [...new Set(parameters.keys())].filter((name) => parameters.getAll(name).length > 1),
  };
}

function readRestApi(members: Members, context: Members) {
  const method = textOf(members['httpMethod']);
  const lists = membersOf(members['multiValueQueryStringParameters']);
  const parameters = {
    ...textsOf(members['queryStringParameters']),
    ...textsOf(lastOf(lists)),
  };
  return {
    method,
    sourceAddress: textOf(membersOf(context['identity'])['sourceIp']),
    path: textOf(members['path']),
    routeKey: `${method} ${textOf(members['resource'])}`,
    query: withoutEmpty(parameters),
    empty: namesOfEmpty(parameters),
    repeated: Object.keys(lists).filter((name) => isRepeated(lists[name])),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): Record<string, string> {
  const texts = Object.entries(membersOf(value)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

function isRepeated(list: unknown): boolean {
  return Array.isArray(list) && list.length > 1;
}

function lastOf(lists: Members): Members {
  return Object.fromEntries(
    Object.entries(lists).map(([name, list]) => [name, Array.isArray(list) ? list.at(-1) : list]),
  );
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** A form sends its blank fields as `name=`. */
function withoutEmpty(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== ''));
}

function namesOfEmpty(texts: Record<string, string>): string[] {
  return Object.keys(texts).filter((name) => texts[name] === '');
}
