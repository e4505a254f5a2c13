// What every caller meets first: health, the description, unknown paths, wrong methods.
import { expect, test } from 'vitest';
import { routes } from '../../lambdas/contract/http/routes.ts';
import type { Route } from '../../lambdas/contract/http/routes.ts';
import { expectProblem } from '../support/api.ts';
import { api } from './setup.ts';

test('health is open', async () => {
  expect(await api.call('getHealth', { key: null })).toEqual({ status: 'ok' });
});

test('the description names every route', async () => {
  const { paths } = (await api.call('getOpenApi')) as unknown as {
    paths: Record<string, Record<string, unknown>>;
  };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const expected = Object.values<Route>(routes).map(({ method, path }) => `${method} ${path}`);
  expect(described.toSorted()).toEqual(expect.arrayContaining(expected.toSorted()));
});

test('the console is at the root, and at its own paths', async () => {
  for (const path of ['/', '/deliveries', '/delivery/any']) {
    const { status, headers, text } = await api.request('GET', path);
    expect({ path, status }).toEqual({ path, status: 200 });
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(text).toContain('<base href=');
  }
});

test.each([
  '/nothing',
  '/api',
  '/api/nothing',
  '/api/subscriptions/a/b/c',
  '/api/delivery',
  '/dev/none',
])('%s is not found', async (path) => {
  expectProblem(await api.request('GET', path), 'not-found');
});

test.each([
  ['DELETE', '/api/subscriptions'],
  ['POST', '/api/health'],
  ['PUT', '/api/ingest/sub_0000000000000000'],
  ['DELETE', '/api/ingest/sub_0000000000000000'],
  ['PATCH', '/api/stats'],
])('%s %s is not allowed', async (method, path) => {
  const reply = await api.request(method, path);
  expectProblem(reply, 'method-not-allowed');
  expect(reply.headers['allow']).toMatch(/[A-Z]/);
});
