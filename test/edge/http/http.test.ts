// What holds for every request, whatever it is.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problem } from '../../../lambdas/contract/http/resources.ts';
import { problems } from '../../../lambdas/contract/http/problems.ts';
import type { ProblemCode } from '../../../lambdas/contract/http/problems.ts';
import type { RouteId } from '../../../lambdas/contract/http/routes.ts';
import { routes } from '../../../lambdas/contract/http/routes.ts';
import { UnavailableError } from '../../../lambdas/core/shared/port-errors.ts';
import { createHttpHandler } from '../../../lambdas/edge/http/http.ts';
import { arbitraryEvent } from '../../support/arbitrary-events.ts';
import { gatewayEvent } from '../../support/gateway-events.ts';
import { readHttpEvent } from '../../../lambdas/edge/http/http-event.ts';
import { createService } from '../../support/service.ts';

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
      title: 'Not found',
      status: 404,
      detail: 'Subscription not found',
      code: 'not-found',
      instance: 'request-1',
    });
  });

  test('of a store that cannot be written now says to try again, and nothing was promised', async () => {
    const service = createService();
    service.ports.subscriptions.create = () =>
      Promise.reject(
        new UnavailableError(
          'The data file cannot currently be written',
          new Error('disk I/O error'),
        ),
      );
    const body = { target_url: 'https://example.com/hook' };
    const answer = await service.call('createSubscription', { body });
    expect(answer).toMatchObject({ status: 503, json: { code: 'unavailable' } });
    expect(answer.text).not.toContain('disk');
    expect(linesOf(service).at(-1)).toMatchObject({ status: 503, code: 'unavailable' });
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

describe('a body that an HTTP API made text of', () => {
  const json = { 'content-type': 'application/json' };
  const ingest = (sent: Uint8Array, length: number, content: Record<string, string> = json) => {
    const headers = { ...content, 'content-length': String(length) };
    const path = '/api/ingest/sub_0000000000000000';
    const body = new TextDecoder().decode(sent);
    return createService().request({ method: 'POST', path, headers, body });
  };

  test('is refused where bytes were lost by it', async () => {
    const answer = await ingest(Buffer.from([0x22, 0xff, 0x22]), 3);
    expect(answer).toMatchObject({ status: 400, json: { code: 'malformed-json' } });
  });

  test.each([
    ['text in another charset', { 'content-type': 'text/csv; charset=iso-8859-1' }],
    ['compressed JSON', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ])('is refused where it is %s, and told how it can be sent', async (_, headers) => {
    const answer = await ingest(Buffer.from([0x61, 0xe9]), 2, headers);
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'invalid-request', errors: [{ pointer: 'header/content-type' }] },
    });
    expect(answer.json['error']).toContain('must be application/octet-stream');
  });

  test('is read where the character was sent as such', async () => {
    const answer = await ingest(Buffer.from('"\uFFFD"'), 5);
    expect(answer).toMatchObject({ status: 404 });
  });
});

describe('the log', () => {
  test('has one line for each request', async () => {
    const service = createService({ settings: { API_AUTH: 'on' } });
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
        resourceId: null,
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

describe('the line of a request', () => {
  const lastLine = (service: { logLines: string[] }) => linesOf(service).at(-1);

  test('names what was asked for or changed, and by which key', async () => {
    const service = createService({ settings: { API_AUTH: 'on' } });
    const key = await service.addKey(['admin']);
    const keyId = key.split('_')[1];
    const body = { target_url: 'https://receiver.example.com/' };
    const { json } = await service.call('createSubscription', { key, body });
    const { id } = json['subscription'] as { id: string };
    await service.call('deleteSubscription', { key, id });
    const about = { route: 'deleteSubscription', keyId, status: 200 };
    expect(lastLine(service)).toMatchObject({ ...about, resourceId: id });

    await service.call('deleteSubscription', { key, id });
    expect(lastLine(service)).toMatchObject({ resourceId: id, status: 404 });
    await service.call('deleteApiKey', { key, id: keyId! });
    expect(lastLine(service)).toMatchObject({ route: 'deleteApiKey', resourceId: keyId });
  });

  test('keeps no text of a path that is no id', async () => {
    const service = createService({ settings: { API_AUTH: 'on' } });
    const key = await service.addKey(['admin']);
    for (const id of [key, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'sub_1', 'x'.repeat(50)]) {
      await service.call('deleteApiKey', { key, id });
      expect(lastLine(service)).toMatchObject({ route: 'deleteApiKey', resourceId: null });
      expect(service.logLines.at(-1)).not.toContain(id);
    }
  });
});

describe('any event', () => {
  test.each(['api', 'publish'] as const)(
    'makes the %s function answer, never fail',
    async (name) => {
      const service = createService();
      const made = await service.call('createSubscription', {
        body: { target_url: 'https://receiver.example.com/' },
      });
      const { id } = made.json['subscription'] as { id: string };
      const accepted = await service.call('ingest', { id, body: {} });
      // What the events are about must stay.
      service.context.subscriptions.remove = () => Promise.resolve(false);
      const events = arbitraryEvent([id, String(accepted.json['delivery_id'])]);
      await fc.assert(
        fc.asyncProperty(events, async (event) => {
          const answer = await service.functions[name](event);
          // The answer to HEAD has none.
          if (answer.body === '') {
            expect(readHttpEvent(event).method).toBe('HEAD');
            return;
          }
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
  const service = createService({ settings: { API_AUTH: 'on' } });
  const key = await service.addKey(['admin']);
  const canary = (name: string) => `canary-${name}-7f3a`;
  const made = await service.call('createSubscription', {
    key,
    body: {
      target_url: 'https://receiver.example.com/',
      secret: canary('secret'),
      custom_headers: { 'X-Api-Key': canary('header') },
      auth: { type: 'basic', username: 'user', password: canary('password') },
      verification: { scheme: 'github', secret: canary('verification') },
    },
  });
  const { id } = made.json['subscription'] as { id: string };
  await service.call('updateSubscription', { key, id, body: { secret: canary('second') } });
  await service.call('createSubscription', { key, body: { name: 1, secret: canary('refused') } });
  await service.call('createSubscription', {
    key,
    body: {
      target_url: 'https://receiver.example.com/',
      custom_headers: { Host: canary('header'), 'X-A': `${canary('header')}\n` },
      auth: { type: 'bearer', token: `${canary('token')} ` },
    },
  });
  const rotation = { secret: canary('rotated') };
  const rotated = await service.call('rotateSecret', { key, id, body: rotation });
  const generated = await service.call('rotateSecret', { key, id, body: {} });
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
  const replay = await service.call('createReplay', { key, body: { subscription_id: id } });
  const ids: Record<string, string> = {
    delivery,
    replays: (replay.json['replay'] as { id: string }).id,
  };
  const answers = [];
  for (const [route, { method, path }] of Object.entries(routes)) {
    if (method !== 'GET') continue;
    const [, , kind = ''] = path.split('/');
    const there = ids[kind] ?? id;
    const answer = await service.call(route as RouteId, { key, id: there });
    expect(answer.status, route).toBe(200);
    answers.push(answer.text.replaceAll(canary('payload'), ''));
  }
  const texts = [made.text, rotated.text, ...answers, ...service.logLines].join('\n');
  expect(texts).not.toMatch(/canary/);
  expect(texts).not.toContain(key);
  expect(texts).not.toContain(String(generated.json['secret']));
  expect(texts).not.toContain(String(newKey.json['key']));
  expect(texts).not.toContain((await service.ports.apiKeys.list('default'))[0]?.hash);
});
