// JSON responses, in a form that both kinds of API Gateway accept.
import type { FieldError, ProblemCode } from '../../contract/http/problems.ts';
import { problems } from '../../contract/http/problems.ts';
import type { Problem } from '../../contract/http/resources.ts';
import { jsonOf } from './raw-json.ts';

export type HttpResponse = {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded: false;
};

export function jsonResponse(status: number, value: unknown): HttpResponse {
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      // No other site may sniff another type from it, or embed it.
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    },
    body: jsonOf(value),
    isBase64Encoded: false,
  };
}

export function movedResponse(location: string): HttpResponse {
  const response = jsonResponse(308, { location });
  response.headers['location'] = location;
  return response;
}

/**
 * The response to a sender's handshake. Others may have chosen the text, so it must be nothing but
 * plain text.
 */
export function textResponse(text: string): HttpResponse {
  const response = jsonResponse(200, null);
  response.headers['content-type'] = 'text/plain; charset=utf-8';
  return { ...response, body: text };
}

/** A response other than the route's usual one. */
export class OtherAnswer {
  readonly response: HttpResponse;

  constructor(response: HttpResponse) {
    this.response = response;
  }
}

/** RFC 9457, plus `error` for clients that read one sentence. */
export function problemResponse(
  problem: { code: ProblemCode; detail: string; fields: readonly FieldError[] },
  requestId: string,
): HttpResponse {
  const { code, detail, fields } = problem;
  const { status, title } = problems[code];
  const body: Problem = {
    error: detail,
    type: `/problems/${code}`,
    title,
    status,
    detail,
    code,
    instance: requestId,
    ...(fields.length > 0 && { errors: [...fields] }),
  };
  const response = jsonResponse(status, body);
  response.headers['content-type'] = 'application/problem+json';
  // The caller may be our own sender, which must not retry a loop.
  if (code === 'loop-detected') response.headers['webhook-delivery'] = 'abort-message';
  if (status === 401) response.headers['www-authenticate'] = 'Bearer';
  return response;
}
