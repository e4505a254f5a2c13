// JSON responses, in the form that both kinds of API Gateway take.
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
      // No page elsewhere may take it for something else, or embed it.
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

/** What a sender's handshake asks for. Others may have chosen the text: nothing shall take it for more. */
export function textResponse(text: string): HttpResponse {
  const response = jsonResponse(200, null);
  response.headers['content-type'] = 'text/plain; charset=utf-8';
  return { ...response, body: text };
}

/** An answer of another kind than the route's usual one. */
export class OtherAnswer {
  readonly response: HttpResponse;

  constructor(response: HttpResponse) {
    this.response = response;
  }
}

/** RFC 9457, with `error` for those who read one sentence. */
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
  // Our own sender may be asking: it shall not try again what only goes round.
  if (code === 'loop-detected') response.headers['webhook-delivery'] = 'abort-message';
  if (status === 401) response.headers['www-authenticate'] = 'Bearer';
  return response;
}
