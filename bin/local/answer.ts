// Answers that the local server gives itself, in the API's form.
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { problems } from '../../lambdas/contract/problems.ts';
import type { ProblemCode } from '../../lambdas/contract/problems.ts';
import type { Problem } from '../../lambdas/contract/resources.ts';

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

export function sendProblem(response: ServerResponse, code: ProblemCode, detail: string): void {
  const { status, title } = problems[code];
  const body: Problem = {
    error: detail,
    type: `/problems/${code}`,
    title,
    status,
    detail,
    code,
    instance: randomUUID(),
  };
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify(body));
}
