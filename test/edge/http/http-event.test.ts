import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { routeKey, routes } from '../../../lambdas/contract/http/routes.ts';
import { readHttpEvent } from '../../../lambdas/edge/http/http-event.ts';
import { matchPath, matchRoute } from '../../../lambdas/edge/http/router.ts';
import type { RequestLine } from '../../support/gateway-events.ts';
import { gatewayEvent, httpApiEvent } from '../../support/gateway-events.ts';

const delivery = 'dlv_0123456789abcdefghjkmnpqrs0123456789abcdef';

describe.each(['http', 'rest'] as const)('an event of the %s API', (kind) => {
  const read = (line: RequestLine) => readHttpEvent(gatewayEvent(kind, line));

  test('becomes a request', () => {
    const request = read({
      method: 'POST',
      path: `/api/delivery/${delivery}/retry?limit=5&event_type=a.b&blank=`,
      headers: { 'X-Event-Type': 'order.paid', Blank: '' },
      body: '{"é":1}',
    });
    expect(request).toEqual({
      requestId: 'request-1',
      sourceAddress: '192.0.2.1',
      method: 'POST',
      path: `/api/delivery/${delivery}/retry`,
      routeKey: 'POST /api/delivery/{id}/retry',
      params: { id: delivery },
      query: { limit: '5', event_type: 'a.b' },
      empty: ['blank'],
      repeated: [],
      headers: { 'x-event-type': 'order.paid', 'content-length': '8' },
      rawBody: Buffer.from('{"é":1}'),
    });
  });

  test('keeps every byte of the body', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (body) => {
        const { rawBody } = read({ method: 'POST', path: '/', body });
        expect(rawBody).toEqual(Buffer.from(body));
      }),
    );
  });

  test('takes the last of repeated parameters, commas and signs as they are', () => {
    const { query, repeated } = read({
      method: 'GET',
      path: '/api/deliveries?a=1&a=2%2C3&b=%2B&c=x+y',
    });
    expect(repeated).toEqual(['a']);
    expect(query).toEqual({ a: '2,3', b: '+', c: 'x y' });
  });

  test('survives bad percent-encoding', () => {
    const { query } = read({ method: 'GET', path: '/api/deliveries?a=%zz&%=1&b=%ff' });
    expect(query).toMatchObject({ a: '%zz', b: '\uFFFD' });
  });
});

describe('a path with a slash at its end', () => {
  const slashed = (method: string, path: string, routeKey: string) =>
    matchRoute({ method, path, routeKey, params: {} });

  test('is the same path, whatever the gateway takes it for', () => {
    const list = { kind: 'route', id: 'listApiKeys', params: {} };
    for (const key of ['GET /api/keys', '$default', 'ANY /{proxy+}']) {
      expect(slashed('GET', '/api/keys/', key)).toEqual(list);
    }
    const event = { kind: 'route', id: 'ingest', params: { id: 'sub_1' } };
    expect(slashed('POST', '/api/ingest/sub_1/', 'ANY /api/ingest/{id}/{slash+}')).toEqual(event);
    expect(slashed('GET', '/api/subscriptions/', 'GET /api/subscriptions/{id}')).toMatchObject({
      id: 'listSubscriptions',
    });
    expect(slashed('GET', '/api/keys//', '$default')).toEqual({ kind: 'wrong-path' });
    expect(slashed('POST', '/api/ingest/sub_1/x', '$default')).toEqual({ kind: 'wrong-path' });
  });

  test('that is a page of the console leads to the page', () => {
    const to = (path: string) => slashed('GET', path, '$default');
    expect(to('/subscriptions/')).toEqual({ kind: 'moved', location: '../subscriptions' });
    expect(to('/subscriptions/sub_1/edit/')).toEqual({ kind: 'moved', location: '../edit' });
    expect(to('/')).toEqual({ kind: 'wrong-path' });
    expect(slashed('POST', '/subscriptions/', '$default')).toEqual({ kind: 'wrong-path' });
  });
});

test('the stage of an HTTP API is no part of the path', () => {
  const event = httpApiEvent({ method: 'GET', path: '/api/nothing' });
  const staged = {
    ...event,
    rawPath: '/live/api/nothing',
    requestContext: { ...event.requestContext, stage: 'live' },
  };
  expect(readHttpEvent(staged).path).toBe('/api/nothing');
});

test('anything is a request of some kind', () => {
  fc.assert(
    fc.property(fc.anything(), (event) => {
      expect(readHttpEvent(event)).toMatchObject({ rawBody: Buffer.alloc(0) });
    }),
  );
});

describe('the router', () => {
  test('finds every route by its key and by its path', () => {
    for (const [id, route] of Object.entries(routes)) {
      const path = route.path.replace('{id}', 'x');
      const params = route.path.includes('{id}') ? { id: 'x' } : {};
      const found = { kind: 'route', id, params };
      expect(matchPath(route.method, path)).toEqual(found);
      const request = { method: '', path: '', routeKey: routeKey(route), params };
      expect(matchRoute(request)).toEqual(found);
    }
  });

  test('does not take a key without the parameters of its path', () => {
    const request = { method: 'DELETE', path: '', routeKey: 'DELETE /api/keys/{id}', params: {} };
    expect(matchRoute(request)).toEqual({ kind: 'wrong-path' });
  });

  test('tells the methods that a path has', () => {
    expect(matchPath('POST', '/api/subscriptions/x')).toEqual({
      kind: 'wrong-method',
      allow: ['GET', 'PUT', 'PATCH', 'DELETE'],
    });
    expect(matchPath('PUT', '/api/health')).toEqual({ kind: 'wrong-method', allow: ['GET'] });
  });

  test('takes HEAD for GET', () => {
    expect(matchPath('HEAD', '/api/health')).toMatchObject({ id: 'getHealth' });
    expect(matchPath('HEAD', '/api/replays/x/cancel')).toMatchObject({ kind: 'wrong-method' });
  });

  test.each(['', '/', '/api/subscriptions//', '//api/health', '/api/HEALTH'])(
    'knows no path %j',
    (path) => {
      expect(matchPath('GET', path)).toEqual({ kind: 'wrong-path' });
    },
  );
});
