// The service behind its HTTP edge: the real handlers over the sqlite driver in memory, on a clock that a test moves.
// Nothing is sent: messages stay in the queue.
import { retentionMs } from './factories.ts';
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import { openDatabase } from '../../lambdas/adapters/sqlite/file/database.ts';
import { openSqlitePorts } from '../../lambdas/adapters/sqlite/ports.ts';
import type { Route, RouteId } from '../../lambdas/contract/http/routes.ts';
import { routes } from '../../lambdas/contract/http/routes.ts';
import { parseSettings, serviceSettings } from '../../lambdas/contract/settings.ts';
import type { Scope } from '../../lambdas/core/access/api-key.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import { makeApiKey } from '../../lambdas/core/access/api-key.ts';
import { apiHandlers } from '../../lambdas/edge/handlers/api.ts';
import { createContext, targetPolicyOf } from '../../lambdas/edge/context.ts';
import { createHttpHandler } from '../../lambdas/edge/http/http.ts';
import { createLog } from '../../lambdas/edge/log.ts';
import { publishHandlers } from '../../lambdas/edge/handlers/publish.ts';
import { matchPath } from '../../lambdas/edge/http/router.ts';
import { noSender } from '../../lambdas/edge/wiring.ts';
import { createTestClock } from './clock.ts';
import type { GatewayKind, RequestLine } from './gateway-events.ts';
import { gatewayEvent } from './gateway-events.ts';

export type Answer = {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  json: Record<string, unknown>;
};

export type ServiceOptions = { settings?: Readonly<Record<string, string>>; kind?: GatewayKind };

export type Service = ReturnType<typeof createService>;

export function createService(options: ServiceOptions = {}) {
  const clock = createTestClock();
  const database = openDatabase(':memory:');
  const ports = openSqlitePorts({ database, clock, retentionMs });
  onTestFinished(() => {
    ports.close();
  });
  const logLines: string[] = [];
  const settings = parseSettings(serviceSettings, { API_AUTH: 'off', ...options.settings });
  const world = {
    clock,
    // A wait that can be ended is a time limit, and here nothing takes time by itself.
    wait: (ms: number, signal?: AbortSignal) => {
      if (signal !== undefined) return new Promise<void>(() => {});
      clock.advance(ms);
      return Promise.resolve();
    },
    chance: { unit: () => 0.5, bytes: randomBytes },
    sender: noSender(),
    log: createLog(clock, (line) => logLines.push(line)),
  };
  const context = createContext({ ...ports, ...world }, settings, targetPolicyOf(settings));
  const functions = {
    api: createHttpHandler(apiHandlers, context),
    publish: createHttpHandler(publishHandlers, context),
  };

  /** The event goes to the function that the contract names, as API Gateway would. */
  async function request(line: RequestLine): Promise<Answer> {
    const match = matchPath(line.method, line.path.split('?')[0] ?? '');
    const name = match.kind === 'route' ? routes[match.id].function : 'api';
    const response = await functions[name](gatewayEvent(options.kind ?? 'http', line));
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      json: (response.body === '' ? {} : JSON.parse(response.body)) as Answer['json'],
    };
  }

  /** Calls a route with JSON. A success must be just what the contract says. */
  async function call(id: RouteId, input: CallInput = {}): Promise<Answer> {
    const route: Route = routes[id];
    const path = route.path.replace('{id}', input.id ?? '');
    const json = input.body === undefined ? undefined : JSON.stringify(input.body);
    const answer = await request({
      method: route.method,
      path: input.query === undefined ? path : `${path}?${input.query}`,
      headers: {
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(input.key !== undefined && { authorization: `Bearer ${input.key}` }),
        ...input.headers,
      },
      body: json,
      from: input.from,
    });
    if (answer.status < 300) {
      expect(answer.status).toBe(route.status);
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.json).toEqual(route.response.parse(answer.json));
    }
    return answer;
  }

  async function addKey(scopes: readonly Scope[], tenant = 'default'): Promise<string> {
    const chance = { id: randomBytes(8), secret: randomBytes(32) };
    const made = makeApiKey(chance, { tenant, name: null, scopes, createdAt: clock.now() });
    await ports.apiKeys.create(made.key);
    return made.text;
  }

  /** Behind the service's back. */
  function deleteRow(id: DeliveryId): void {
    database.prepare('DELETE FROM deliveries WHERE id = ?').run(id);
  }

  return { deleteRow, clock, context, ports, functions, logLines, request, call, addKey };
}

export type CallInput = {
  id?: string;
  query?: string;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  key?: string;
  from?: string;
};
