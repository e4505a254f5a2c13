// Answers that the local server gives itself, in the API's form.
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ProblemCode } from '../../lambdas/contract/problems.ts';
import { problemResponse } from '../../lambdas/edge/response.ts';

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

export function sendProblem(response: ServerResponse, code: ProblemCode, detail: string): void {
  const { statusCode, headers, body } = problemResponse({ code, detail, fields: [] }, randomUUID());
  response.writeHead(statusCode, headers);
  response.end(body);
}
