// What a route is, and the query parameters and response members that several share.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';
import type { ProblemCode } from './problems.ts';
import * as resources from './resources.ts';

/** Who may call: anyone, any key, a key with the scope, or (ingest) a key or the subscription's own signature. */
export type Access = 'open' | 'any-key' | 'admin' | 'read' | 'publish-or-signature';

export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: `/${string}`;
  function: 'api' | 'publish';
  access: Access;
  summary: string;
  query?: z.ZodObject;
  /** Names in lower case. */
  headers?: z.ZodObject;
  /** `raw` is any JSON, kept byte for byte. */
  body?: z.ZodObject | 'raw';
  /** A body member that is forwarded as written, whatever its strings contain. */
  opaqueMember?: string;
  /** The success status and its body. */
  status: number;
  response: z.ZodObject;
  /** With 200, the response to a sender's handshake, in these media types. */
  greets?: readonly string[];
  /** Beyond `unauthenticated`, `forbidden`, `too-many-failures`, `internal`, `unavailable` and `invalid-request`. */
  problems: readonly ProblemCode[];
};

export const page = {
  limit: z
    // In a URL everything is text: only plain digits are a number, no hex or exponent.
    .preprocess(
      (given: number | undefined) => (/^\d{1,9}$/.test(String(given)) ? Number(given) : given),
      // The seed silently capped a larger limit; its clients rely on that.
      z
        .number()
        .min(1)
        .transform((value) => Math.min(value, limits.pageSizeMax)),
    )
    .default(limits.pageSizeDefault)
    .meta({
      shownAs: { type: 'integer', minimum: 1, maximum: 999_999_999 },
      description: `1 to ${limits.pageSizeMax}; more is capped`,
    }),
  cursor: z.string().min(1).max(2_048).optional(),
};

export const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

export const errorCode = z
  .string()
  .max(limits.errorCodeLengthMax)
  .regex(/^[a-z][a-z_]*$/, 'must be a code such as connect_refused')
  .meta({ description: 'Error code of the last recorded attempt; docs/error-codes.md lists them' });

export const deliveryFilters = {
  status: resources.deliveryStatus.optional(),
  event_type: resources.eventType.optional(),
  error_code: errorCode.optional(),
  since: instant.optional().meta({ description: 'Accepted at or after, RFC 3339' }),
  until: instant.optional().meta({ description: 'Accepted before, RFC 3339' }),
};

export const statsWindow = {
  since: instant.optional().meta({ description: 'RFC 3339; before `until` and now' }),
  until: instant.optional().meta({ description: 'RFC 3339' }),
};

export const nextCursor = {
  next_cursor: z.string().nullable().meta({
    description:
      'Goes on with the list; null at its end. Where filters match few of many, a page may have fewer rows than `limit`, even none, and yet be followed by others',
  }),
};
export const message = { message: z.string() };

/** The key that API Gateway passes and handlers look up. */
export function routeKey(route: Pick<Route, 'method' | 'path'>): string {
  return `${route.method} ${route.path}`;
}
