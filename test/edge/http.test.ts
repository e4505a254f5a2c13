// What holds for every request, whatever it is.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problem } from '../../lambdas/contract/resources.ts';
import { problems } from '../../lambdas/contract/problems.ts';
import type { ProblemCode } from '../../lambdas/contract/problems.ts';
import type { RouteId } from '../../lambdas/contract/routes.ts';
import { routeKey, routes } from '../../lambdas/contract/routes.ts';
import { createHttpHandler } from '../../lambdas/edge/http.ts';
import { gatewayEvent } from '../support/gateway-events.ts';
import { createService } from '../support/service.ts';

type Line = Record<string, unknown>;

function linesOf(service: { logLines: string[] }): Line[] {
  return service.logLines.map((line) => JSON.parse(line) as Line);
}

describe('a problem', () => {
  test('has the sentence of the seed and the members of RFC 9457', async () => {
    const service = createService();
    const answer = await service.call('getSubscription', { id: '1' });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json).toEqual({
      error: 'Subscription not found',
      type: '/problems/not-found',
      title: 'Nothing is found here',
      status: 404,
      detail: 'Subscription not found',
      code: 'not-found',
      instance: 'request-1',
    });
  });

  test('of a wrong method says which are right', async () => {
    const answer = await createService().request({ method: 'PUT', path: '/api/keys' });
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('POST, GET');
  });

  test('of ours says nothing about its cause, which is logged', async () => {
    const service = createService();
    service.context.subscriptions = {
      ...service.context.subscriptions,
      list: () => Promise.reject(new Error('table secret-table', { cause: new Error('socket') })),
    };
    const answer = await service.call('listSubscriptions');
    expect(answer).toMatchObject({ status: 500, json: { code: 'internal' } });
    expect(answer.text).not.toMatch(/secret-table|socket|\.ts/);
    expect(linesOf(service)).toMatchObject([
      {
        level: 'ERROR',
        message: 'api.request',
        code: 'internal',
        cause: { message: 'table secret-table', cause: { message: 'socket' } },
      },
    ]);
  });

  test('is answered before the function is stopped', async () => {
    const service = createService();
    const handler = createHttpHandler(
      { getHealth: () => new Promise(() => undefined) },
      service.context,
    );
    const lambdaContext = { getRemainingTimeInMillis: () => 501 } as never;
    const event = gatewayEvent('http', { method: 'GET', path: '/api/health' });
    expect(await handler(event, lambdaContext)).toMatchObject({ statusCode: 503 });
  });
});

describe('the log', () => {
  test('has one line for each request', async () => {
    const service = createService({ rules: { apiAuth: 'on' } });
    const key = await service.addKey(['read']);
    await service.call('listDeliveries', { key, query: 'limit=5&event_type=secret.type' });
    await service.call('createSubscription', { key, body: { name: 'secret name' } });
    await service.request({ method: 'GET', path: '/secret/path' });
    const keyId = key.split('_')[1];
    const common = { message: 'api.request', level: 'INFO', requestId: 'request-1', durationMs: 0 };
    expect(linesOf(service)).toEqual([
      {
        ...common,
        timestamp: new Date(service.clock.now()).toISOString(),
        route: 'listDeliveries',
        status: 200,
        code: null,
        keyId,
        tenant: 'default',
      },
      expect.objectContaining({
        ...common,
        route: 'createSubscription',
        status: 403,
        code: 'forbidden',
        keyId,
      }),
      expect.objectContaining({
        ...common,
        route: 'wrong-path',
        status: 401,
        code: 'unauthenticated',
        keyId: null,
      }),
    ]);
    expect(service.logLines.join('')).not.toContain('secret');
  });
});

describe('any event', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '%',
      '%zz',
      '\u0000',
      '../',
      '__proto__',
      'constructor',
      'null',
      '-1',
      '9'.repeat(400),
    ),
  );
  const texts = fc.dictionary(text, text, { maxKeys: 4 });
  const keys = Object.values(routes).map(routeKey);
  const method = fc.constantFrom(
    'GET',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'HEAD',
    'OPTIONS',
    'get',
    '',
  );
  const json = fc.oneof(
    fc.json({ maxDepth: 3 }),
    fc
      .record(
        {
          name: fc.oneof(text, fc.anything()),
          target_url: fc.oneof(fc.webUrl(), text),
          secret: fc.oneof(text, fc.constant(null)),
          event_types: fc.oneof(fc.array(text), fc.anything()),
          status: text,
          scopes: fc.array(fc.constantFrom('admin', 'read', 'x')),
          event_type: text,
          payload: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map((value) => {
        try {
          return JSON.stringify(value);
        } catch {
          return '{}';
        }
      }),
    text,
  );
  const headers = fc.record(
    {
      'content-type': fc.oneof(fc.constant('application/json'), text),
      authorization: text.map((value) => `Bearer ${value}`),
      'x-event-type': text,
      'x-hub-signature-256': text,
      'idempotency-key': text,
    },
    { requiredKeys: [] },
  );
  const query = fc.record(
    {
      limit: text,
      cursor: text,
      since: text,
      until: text,
      status: text,
      event_type: text,
      subscription_id: text,
    },
    { requiredKeys: [] },
  );
  const likely = (subscription: string, delivery: string) => {
    const id = fc.oneof(fc.constantFrom(subscription, delivery), text);
    const httpApi = fc.record({
      version: fc.constant('2.0'),
      routeKey: fc.constantFrom(...keys, '$default'),
      rawPath: text,
      rawQueryString: fc.oneof(
        text,
        query.map((members) => new URLSearchParams(members).toString()),
      ),
      headers: fc.oneof(headers, texts),
      pathParameters: fc.record({ id }),
      requestContext: fc.record({ http: fc.record({ method }), requestId: text, stage: text }),
      body: fc.option(json),
      isBase64Encoded: fc.constantFrom(false, false, true),
    });
    const restApi = fc.record({
      resource: fc.constantFrom(...Object.values(routes).map(({ path }) => path), '/{proxy+}'),
      httpMethod: method,
      path: text,
      headers: fc.option(fc.oneof(headers, texts)),
      queryStringParameters: fc.option(fc.oneof(query, texts)),
      pathParameters: fc.option(fc.record({ id })),
      requestContext: fc.record({ requestId: text }),
      body: fc.option(json),
      isBase64Encoded: fc.boolean(),
    });
    return fc.oneof(httpApi, restApi, fc.anything());
  };

  test.each(['api', 'publish'] as const)(
    'makes the %s function answer, never fail',
    async (name) => {
      const service = createService();
      const made = await service.call('createSubscription', {
        body: { target_url: 'https://receiver.example.com/', secret: 'a secret' },
      });
      const { id } = made.json['subscription'] as { id: string };
      const accepted = await service.call('testSubscription', { id, body: {} });
      const events = likely(id, String(accepted.json['delivery_id']));
      await fc.assert(
        fc.asyncProperty(events, async (event) => {
          const answer = await service.functions[name](event);
          const body = JSON.parse(answer.body) as { code?: ProblemCode };
          expect(answer.statusCode, service.logLines.at(-1)).toBeLessThan(500);
          if (answer.statusCode < 400) return;
          problem.strict().parse(body);
          expect(answer.headers['content-type']).toBe('application/problem+json');
          expect(problems[body.code ?? 'internal'].status).toBe(answer.statusCode);
        }),
        { numRuns: 1_500 },
      );
    },
  );
});

test('what is secret is in no answer to a GET and in no line of the log', async () => {
  const service = createService({ rules: { apiAuth: 'on' } });
  const key = await service.addKey(['admin']);
  const canary = (name: string) => `canary-${name}-7f3a`;
  const made = await service.call('createSubscription', {
    key,
    body: { target_url: 'https://receiver.example.com/', secret: canary('secret') },
  });
  const { id } = made.json['subscription'] as { id: string };
  await service.call('updateSubscription', { key, id, body: { secret: canary('second') } });
  await service.call('createSubscription', { key, body: { name: 1, secret: canary('refused') } });
  const newKey = await service.call('createApiKey', { key, body: { scopes: ['read'] } });
  const event = await service.call('ingest', {
    key,
    id,
    headers: { 'x-hub-signature-256': 'sha256=canary-signature-7f3a' },
    body: {},
  });
  expect(event.status).toBe(401);
  const accepted = await service.call('ingest', { key, id, body: { a: canary('payload') } });
  const delivery = String(accepted.json['delivery_id']);
  const answers = [];
  for (const [route, { method, path }] of Object.entries(routes)) {
    if (method !== 'GET') continue;
    const there = path.includes('/delivery/') ? delivery : id;
    const answer = await service.call(route as RouteId, { key, id: there });
    expect(answer.status, route).toBe(200);
    answers.push(answer.text.replaceAll(canary('payload'), ''));
  }
  const texts = [made.text, ...answers, ...service.logLines].join('\n');
  expect(texts).not.toMatch(/canary/);
  expect(texts).not.toContain(key);
  expect(texts).not.toContain(String(newKey.json['key']));
  expect(texts).not.toContain((await service.ports.apiKeys.list('default'))[0]?.hash);
});
