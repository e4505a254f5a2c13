// API keys: made, listed, revoked; and what each scope may do, over every route of the contract.
import { describe, expect, test } from 'vitest';
import { routes } from '../../lambdas/contract/http/routes.ts';
import type { RouteId } from '../../lambdas/contract/http/routes.ts';
import { scopes } from '../../lambdas/core/access/api-key.ts';
import type { Scope } from '../../lambdas/core/access/api-key.ts';
import { expectProblem } from '../support/api.ts';
import { until } from '../support/until.ts';
import { api, target } from './setup.ts';

const authIsOn = target.ADMIN_KEY !== undefined;
const revokedWithinMs = 30_000;

async function newKey(granted: readonly Scope[]): Promise<{ id: string; key: string }> {
  const body = { name: 'test', scopes: granted };
  const { key, api_key } = await api.call('createApiKey', { body });
  return { key, id: api_key.id };
}

test('a key is shown once and listed without its text', async () => {
  const { id, key } = await newKey(['read', 'publish']);
  expect(key).toMatch(/^whk_[0-9a-f]{16}_[\w-]{43}[0-9a-f]{8}$/);
  const reply = await api.ask('listApiKeys');
  expect(reply.text).not.toContain(key);
  const { api_keys } = await api.call('listApiKeys');
  const listed = api_keys.find((found) => found.id === id);
  expect(listed).toMatchObject({ id, name: 'test', scopes: ['read', 'publish'] });
});

test('a revoked key is gone from the list and cannot be revoked again', async () => {
  const { id } = await newKey(['read']);
  await api.call('deleteApiKey', { id });
  const { api_keys } = await api.call('listApiKeys');
  expect(api_keys.map((found) => found.id)).not.toContain(id);
  await api.refused('not-found', 'deleteApiKey', { id });
});

describe.runIf(authIsOn)('with authentication', () => {
  test(
    'a revoked key is refused within 30 s',
    async () => {
      const { id, key } = await newKey(['read']);
      await api.call('listSubscriptions', { key });
      await api.call('deleteApiKey', { id });
      const ask = async () => {
        const { status } = await api.ask('listSubscriptions', { key });
        return status === 401 ? true : undefined;
      };
      await until('the revoked key is refused', ask, revokedWithinMs);
    },
    revokedWithinMs + 10_000,
  );

  test.each([
    'whk_0000000000000000_0000000000000000000000000000000000000000000',
    'whk_',
    'nonsense',
  ])('an unknown key is refused: %s', async (key) => {
    const reply = await api.ask('listSubscriptions', { key });
    expectProblem(reply, 'unauthenticated');
    expect(reply.headers['www-authenticate']).toMatch(/^Bearer/);
  });

  const routeIds = Object.keys(routes) as RouteId[];

  test.each(routeIds)('%s wants a key with its scope', async (id) => {
    const { access } = routes[id];
    const none = await api.ask(id, { id: 'none', key: null, body: bodyOf(id) });
    if (access === 'open') return expect(none.status).toBe(200);
    expectProblem(none, 'unauthenticated');
    for (const scope of scopes) {
      const { key } = await keys[scope]();
      const reply = await api.ask(id, { id: 'none', key, body: bodyOf(id) });
      if (mayUse(access, scope))
        expect([401, 403], `${id} with ${scope}`).not.toContain(reply.status);
      else expectProblem(reply, 'forbidden');
    }
  });
});

// One of each for the whole file; an empty body makes no route do anything.
const keys = Object.fromEntries(
  scopes.map((scope) => {
    let made: Promise<{ key: string }> | undefined;
    return [scope, () => (made ??= newKey([scope]))];
  }),
) as Record<Scope, () => Promise<{ key: string }>>;

function bodyOf(id: RouteId): unknown {
  return 'body' in routes[id] ? {} : undefined;
}

/** Written out, not taken from the code under test. */
function mayUse(access: (typeof routes)[RouteId]['access'], scope: Scope): boolean {
  switch (access) {
    case 'open':
    case 'any-key':
      return true;
    case 'admin':
      return scope === 'admin';
    case 'read':
      return scope === 'admin' || scope === 'read';
    case 'publish-or-signature':
      return scope === 'admin' || scope === 'publish';
  }
}
