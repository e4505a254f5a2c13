// The API as a caller sees it. Every answer is checked against the contract: status, shape, no member beyond it.
import { expect } from 'vitest';
import type * as z from 'zod';
import { problem } from '../../lambdas/contract/http/resources.ts';
import type { Problem } from '../../lambdas/contract/http/resources.ts';
import { problems } from '../../lambdas/contract/http/problems.ts';
import type { ProblemCode } from '../../lambdas/contract/http/problems.ts';
import { routes } from '../../lambdas/contract/http/routes.ts';
import type { Route, RouteId } from '../../lambdas/contract/http/routes.ts';
import { send } from './http-client.ts';
import type { Reply } from './http-client.ts';
import type { Target } from './target.ts';

export type Input = {
  /** Fills `{id}` in the path. */
  id?: string;
  query?: Readonly<Record<string, string | number>>;
  headers?: Readonly<Record<string, string>>;
  /** JSON if not given; null sends none. */
  contentType?: string | null;
  /** Text and bytes go as they are, anything else as JSON. */
  body?: unknown;
  /** Another API key than the suite's own; null sends none. */
  key?: string | null;
};

export type Output<Id extends RouteId> = z.infer<(typeof routes)[Id]['response']>;

export type Api = ReturnType<typeof apiOf>;

export function apiOf(target: Target) {
  /** Any path, any method; nothing is expected of the answer. */
  function request(method: string, path: string, input: Input = {}): Promise<Reply> {
    const { body, query = {} } = input;
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    return send({
      method,
      url: `${target.BASE_URL}${path}${searchOf(query)}`,
      headers: { ...headersFor(input), ...input.headers },
      body: isRaw ? body : JSON.stringify(body),
    });
  }

  function headersFor(input: Input): Record<string, string> {
    const { body, key = target.ADMIN_KEY ?? null, contentType = 'application/json' } = input;
    const headers: Record<string, string> = {};
    if (target.HOST_HEADER !== undefined) headers['host'] = target.HOST_HEADER;
    if (key !== null) headers['authorization'] = `Bearer ${key}`;
    if (body !== undefined && contentType !== null) headers['content-type'] = contentType;
    return headers;
  }

  function ask(id: RouteId, input: Input = {}): Promise<Reply> {
    const { method, path }: Route = routes[id];
    return request(method, path.replace('{id}', input.id ?? ''), input);
  }

  /** Calls a route and expects what the contract promises of its success. */
  async function call<Id extends RouteId>(id: Id, input: Input = {}): Promise<Output<Id>> {
    const reply = await ask(id, input);
    const { status, response }: Route = routes[id];
    expect(reply.status, reply.text).toBe(status);
    expect(reply.headers['content-type']).toMatch(/^application\/json\b/);
    const parsed = response.parse(reply.json);
    expect(reply.json, 'nothing beyond the contract').toEqual(parsed);
    return parsed as Output<Id>;
  }

  /** Calls a route and expects a problem. */
  async function refused(code: ProblemCode, id: RouteId, input: Input = {}): Promise<Problem> {
    return expectProblem(await ask(id, input), code);
  }

  return { target, request, ask, call, refused };
}

function searchOf(query: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(query).map(([name, value]): [string, string] => [name, `${value}`]);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

export function expectProblem(reply: Reply, code: ProblemCode): Problem {
  expect({ status: reply.status, code: (reply.json as Problem | undefined)?.code }).toEqual({
    status: problems[code].status,
    code,
  });
  expect(reply.headers['content-type']).toMatch(/^application\/problem\+json\b/);
  const body = problem.strict().parse(reply.json);
  expect(body).toMatchObject({ status: reply.status, title: problems[code].title });
  expect(body.error).toMatch(/\S/);
  expect(reply.text, 'no stack trace').not.toMatch(/\n\s+at |node:|\.ts:\d/);
  return body;
}
