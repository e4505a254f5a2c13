// Validates a request against its route: every bad field is named, and nothing undeclared gets
// through.
import * as z from 'zod';
import { limits } from '../../contract/limits/limits.ts';
import type { FieldError } from '../../contract/http/problems.ts';
import type { Route } from '../../contract/http/routes.ts';
import { exceedsDepth } from '../../core/events/json-depth.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import { isIdentity, isJsonType } from '../../core/events/media-type.ts';
import { illFormedAt } from '../../core/shared/well-formed.ts';
import { labelOf, phraseOf, shortened, unknownPhrase } from './field-errors.ts';
import type { HttpRequest } from './http-event.ts';

type Parsed = { value: unknown; errors: FieldError[] };

/** Throws a `ServiceError` for invalid input. */
export function readInput(route: Route, request: HttpRequest, bodyBytesMax: number) {
  const query = parse(route.query ?? noQuery, queryOf(route, request), 'query/');
  const headers = parse(route.headers, request.headers, 'header/');
  const body = readBody(route, request, bodyBytesMax);
  const repeated = repeatedOf(route, request);
  const errors = [...query.errors, ...repeated, ...headers.errors, ...body.errors];
  if (errors.length > 0) throw invalidFields(errors.slice(0, limits.fieldErrorsMax));
  return { query: query.value, headers: headers.value, body: body.value };
}

const noQuery = z.strictObject({});

/**
 * A parameter without a value counts as absent, but its name must be known: a misspelled filter
 * would also mean "all".
 */
function queryOf({ query: { shape } = noQuery }: Route, { query, empty }: HttpRequest) {
  const unknown = empty.filter((name) => !Object.hasOwn(shape, name));
  return { ...query, ...Object.fromEntries(unknown.map((name) => [name, ''])) };
}

/**
 * Which of repeated filters counts is not ours to guess. Unknown parameters that a route accepts
 * may repeat.
 */
function repeatedOf({ query }: Route, { repeated }: HttpRequest): FieldError[] {
  return repeated
    .filter((name) => query !== undefined && name in query.shape)
    .map((name) => ({
      pointer: `query/${pointerSegment(name)}`,
      detail: 'must be given only once',
    }));
}

function invalidFields(errors: readonly FieldError[]): ServiceError {
  const sentence = errors.map((error) => `${labelOf(error.pointer)} ${error.detail}`).join('; ');
  return new ServiceError('invalid-request', sentence, errors);
}

function readBody(route: Route, request: HttpRequest, bodyBytesMax: number): Parsed {
  if (route.body === undefined) return { value: {}, errors: [] };
  const { rawBody } = request;
  if (rawBody.byteLength > bodyBytesMax) {
    throw new ServiceError('payload-too-large', `The body is larger than ${bodyBytesMax} bytes`);
  }
  if (isAltered(request)) throw route.body === 'raw' ? notText(request) : notJson();
  if (route.body === 'raw') return { value: rawBody, errors: [] };
  // No body means `{}`.
  if (rawBody.byteLength === 0) return parse(route.body, {}, '/');
  if (!isJsonType(request.headers['content-type'] ?? 'application/json')) {
    throw new ServiceError(
      'unsupported-media-type',
      'The body must be JSON: send it with Content-Type: application/json',
    );
  }
  return parse(route.body, readJson(rawBody, route.opaqueMember), '/');
}

function readJson(bytes: Uint8Array, opaqueMember?: string): unknown {
  const json = parseJson(bytes);
  if (exceedsDepth(json, limits.jsonDepthMax)) {
    throw invalidFields([
      { pointer: '', detail: `must not be nested deeper than ${limits.jsonDepthMax} levels` },
    ]);
  }
  const illFormed = illFormedAt(json, opaqueMember);
  if (illFormed !== null) {
    const pointer = ['', ...illFormed.map(pointerSegment)].join('/');
    throw invalidFields([
      { pointer, detail: 'must be well-formed Unicode, and not be named __proto__' },
    ]);
  }
  return json;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw notJson();
  }
}

function notJson(): ServiceError {
  return new ServiceError('malformed-json', 'The body is not valid JSON in UTF-8');
}

/**
 * A body that the gateway took for text and altered irreversibly: bytes other than those received
 * must not go out.
 */
function notText({ headers }: HttpRequest): ServiceError {
  const isJson = isJsonType(headers['content-type'] ?? '');
  if (isJson && isIdentity(headers['content-encoding'] ?? null)) return notJson();
  const detail =
    'must be application/octet-stream for this body: the gateway treated it as UTF-8 text and altered it. ' +
    'A REST API accepts any type';
  return invalidFields([{ pointer: 'header/content-type', detail }]);
}

/**
 * An HTTP API passes text/*, application/json, application/xml and application/javascript on as
 * text: each invalid UTF-8 byte becomes U+FFFD, which is three bytes long.
 */
function isAltered({ rawBody, headers }: HttpRequest): boolean {
  const sent = headers['content-length'];
  return sent !== undefined && Number(sent) !== rawBody.byteLength && rawBody.includes('\uFFFD');
}

function parse(
  schema: z.ZodType | undefined,
  given: unknown,
  prefix: '/' | 'query/' | 'header/',
): Parsed {
  if (schema === undefined) return { value: {}, errors: [] };
  const result = schema.safeParse(given, { error: phraseOf });
  if (result.success) return { value: result.data, errors: [] };
  const errors = result.error.issues.flatMap((issue) => {
    const place = (path: PropertyKey[]) =>
      path.length === 0 ? '' : prefix + path.map(pointerSegment).join('/');
    if (issue.code !== 'unrecognized_keys') {
      return [{ pointer: place(issue.path), detail: issue.message }];
    }
    const known = issue.path.length === 0 ? knownMembers(schema) : [];
    return issue.keys.map((key) => ({
      pointer: place([...issue.path, key]),
      detail: unknownPhrase(key, known),
    }));
  });
  return { value: undefined, errors };
}

function knownMembers(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/**
 * RFC 6901: `~` and `/` are escaped. A name may be as long as the body, and is quoted more than
 * once.
 */
function pointerSegment(key: PropertyKey): string {
  return shortened(String(key)).replaceAll('~', '~0').replaceAll('/', '~1');
}
