import { describe, expect, test } from 'vitest';
import type { Route, RouteId } from '../../../lambdas/contract/http/routes.ts';
import { routes } from '../../../lambdas/contract/http/routes.ts';
import type { Scope } from '../../../lambdas/core/access/api-key.ts';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { createService } from '../../support/service.ts';

const routeIds = Object.keys(routes) as RouteId[];
const closed = routeIds.filter((id) => routes[id].access !== 'open');

const grants: readonly (readonly Scope[])[] = [
  ['admin'],
  ['publish'],
  ['read'],
  ['publish', 'read'],
];

function setup() {
  return createService({ settings: { API_AUTH: 'on' } });
}

function permitted(route: Route, scopes: readonly Scope[]): boolean {
  if (scopes.includes('admin') || route.access === 'any-key') return true;
  if (route.access === 'publish-or-signature') return scopes.includes('publish');
  return route.access === 'read' && scopes.includes('read');
}

/** What the route says to a request that gets past authorization: whatever it is, not 401 or 403. */
const anId = { id: 'nothing' };

describe('every route', () => {
  test('is walked', () => {
    expect(closed.length).toBeGreaterThanOrEqual(25);
  });

  test.each(closed)('%s answers 401 without a key', async (id) => {
    const answer = await setup().call(id, anId);
    expect(answer).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  test.each(grants.flatMap((scopes) => closed.map((id) => ({ id, scopes }))))(
    '$id minds the scopes $scopes',
    async ({ id, scopes }) => {
      const service = setup();
      const { status, json } = await service.call(id, {
        ...anId,
        key: await service.addKey(scopes),
      });
      if (permitted(routes[id], scopes)) {
        expect([401, 403, 500]).not.toContain(status);
      } else {
        expect({ status, code: json['code'] }).toEqual({ status: 403, code: 'forbidden' });
      }
    },
  );

  test('of access read is a GET, so that a read key cannot write', () => {
    const reading = routeIds.filter((id) => routes[id].access === 'read');
    expect(reading.filter((id) => routes[id].method !== 'GET')).toEqual([]);
  });

  test('that is open does not look at credentials', async () => {
    const answer = await setup().call('getHealth', { key: 'whk_wrong' });
    expect(answer).toMatchObject({ status: 200, json: { status: 'ok' } });
  });
});

describe('an unknown path or a wrong method', () => {
  test.each(['GET /nothing', 'DELETE /api/health', 'GET /api/subscriptions//'])(
    '%s is told only to those who have a key',
    async (line) => {
      const service = setup();
      const [method = '', path = ''] = line.split(' ');
      expect(await service.request({ method, path })).toMatchObject({ status: 401 });
      const authorization = `Bearer ${await service.addKey(['publish'])}`;
      const { status } = await service.request({ method, path, headers: { authorization } });
      expect([404, 405]).toContain(status);
    },
  );
});

describe('credentials', () => {
  test('may be in X-API-Key', async () => {
    const service = setup();
    const headers = { 'X-API-Key': await service.addKey(['read']) };
    expect(await service.call('listSubscriptions', { headers })).toMatchObject({ status: 200 });
  });

  test.each([
    [
      'another key with a known id',
      (text: string) => `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`,
    ],
    ['a key of nobody', () => `whk_0123456789abcdef_${'A'.repeat(43)}`],
    ['what cannot be a key', () => 'whk_x'],
    ['a key with more behind it', (text: string) => `${text}x`],
  ])('%s are refused', async (_, change) => {
    const service = setup();
    const key = change(await service.addKey(['admin']));
    expect(await service.call('listSubscriptions', { key })).toMatchObject({ status: 401 });
    // Ingest could go on by signature, but a key that is given must be valid.
    expect(await service.call('ingest', { id: 'x', key, body: {} })).toMatchObject({
      status: 401,
      json: { error: 'The API key is not valid' },
    });
  });

  test.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer eyJhbGciOiJub25lIn0.e30.', 'whk_x', ''])(
    'of another kind are none: %j',
    async (authorization) => {
      const answer = await setup().call('listSubscriptions', { headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
    },
  );

  test('give the tenant: nothing of another is there', async () => {
    const service = setup();
    const ours = await service.addKey(['admin'], 'ours');
    const theirs = await service.addKey(['admin'], 'theirs');
    const body = { target_url: 'https://receiver.example.com/hooks' };
    const made = await service.call('createSubscription', { key: ours, body });
    const { id } = made.json['subscription'] as { id: string };
    const event = await service.call('ingest', { id, key: ours, body: { a: 1 } });
    const delivery = String(event.json['delivery_id']);
    for (const route of closed) {
      const { method, path }: Route = routes[route];
      if (!path.includes('{id}')) continue;
      const there = path.includes('/delivery/') ? delivery : id;
      const line = {
        method,
        headers: { authorization: `Bearer ${theirs}`, 'content-type': 'application/json' },
        body: '{}',
      };
      const other = await service.request({ ...line, path: path.replace('{id}', there) });
      const nothing = await service.request({ ...line, path: path.replace('{id}', 'nothing') });
      expect(other.status, route).toBe(404);
      expect(other.text, route).toBe(nothing.text);
    }
    for (const list of ['listSubscriptions', 'listDeliveries'] as const) {
      const { json } = await service.call(list, { key: theirs });
      expect(json['subscriptions'] ?? json['deliveries']).toEqual([]);
    }
    const stats = await service.call('getStats', { key: theirs });
    expect(stats.json).toMatchObject({ total: 0, active_subscriptions: 0 });
  });
});

describe('a revoked key', () => {
  test('is refused at once where it was revoked', async () => {
    const service = setup();
    const admin = await service.addKey(['admin']);
    const made = await service.call('createApiKey', { key: admin, body: { scopes: ['read'] } });
    const { id } = made.json['api_key'] as { id: string };
    const key = String(made.json['key']);
    expect(await service.call('listSubscriptions', { key })).toMatchObject({ status: 200 });
    expect(await service.call('deleteApiKey', { key: admin, id })).toMatchObject({ status: 200 });
    expect(await service.call('listSubscriptions', { key })).toMatchObject({ status: 401 });
  });

  test('is refused elsewhere within 30 s', async () => {
    const service = setup();
    const key = await service.addKey(['read']);
    expect(await service.call('listSubscriptions', { key })).toMatchObject({ status: 200 });
    await service.ports.apiKeys.remove('default', key.split('_')[1] ?? '');
    service.clock.advance(limits.memoTtlMsMax);
    expect(await service.call('listSubscriptions', { key })).toMatchObject({ status: 401 });
  });
});

describe('without authentication', () => {
  test('every route is open, for the default tenant', async () => {
    const service = createService();
    for (const id of closed) {
      const { status } = await service.call(id, anId);
      expect([401, 403, 500], id).not.toContain(status);
    }
    await service.call('createSubscription', { body: { target_url: 'https://a.example.com/' } });
    expect(await service.ports.subscriptions.countActive('default')).toBe(1);
  });
});
