// The local server's own responses, in the API's format.
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProblemCode } from '../../lambdas/contract/http/problems.ts';
import { jsonResponse, problemResponse } from '../../lambdas/edge/http/response.ts';

/** When to retry a request that cannot be served now. */
const retryAfterSeconds = 1;

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, jsonResponse(status, body).headers);
  response.end(`${JSON.stringify(body)}\n`);
}

export function sendProblem(response: ServerResponse, code: ProblemCode, detail: string): void {
  const { statusCode, headers, body } = problemOf(code, detail);
  response.writeHead(statusCode, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** For input that never became a request: it ends the connection. */
export function endWithProblem(socket: Duplex, code: ProblemCode, detail: string): void {
  const { statusCode, headers, body } = problemOf(code, detail);
  const lines = Object.entries({
    ...headers,
    connection: 'close',
    'content-length': Buffer.byteLength(body),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\n${lines.join('')}\r\n${body}`);
}

function problemOf(code: ProblemCode, detail: string) {
  const problem = problemResponse({ code, detail, fields: [] }, randomUUID());
  if (code === 'unavailable') problem.headers['retry-after'] = String(retryAfterSeconds);
  return problem;
}
