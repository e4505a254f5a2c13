// The console in front of the local server, as a browser fetches it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inboxPage } from '../../bin/local/console-http.ts';
import { consolePages } from '../../lambdas/contract/http/console-paths.ts';
import type { Api } from '../support/api.ts';
import { startLocalServer } from '../support/local-server.ts';
import type { LocalServer } from '../support/local-server.ts';
import { apiFor } from './setup.ts';

let server: LocalServer;
let api: Api;

beforeAll(async () => {
  server = await startLocalServer({ DATA_DIR: ':memory:' });
  api = apiFor(server.url);
});

afterAll(() => server.stop());

const fetched = async (path: string, init?: RequestInit) => {
  const response = await fetch(`${server.url}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

test.each([...consolePages, inboxPage])('the page is at %s', async (path) => {
  const { status, text } = await fetched(path.replace('{id}', 'x'));
  expect(status).toBe(200);
  expect(text).toMatch(/^<!doctype html>/);
});

test('the page says that there is an inbox, and names files that are there', async () => {
  const { text } = await fetched('/');
  expect(text).toContain('name="development-inbox"');
  const names = [...text.matchAll(/(?:src|href)="(assets\/[^"]+)"/g)].map(([, name]) => name);
  expect(names).toHaveLength(4);
  for (const name of names) {
    const { status, headers, text: content } = await fetched(`/${name}`);
    expect(status, name).toBe(200);
    expect(headers.get('cache-control'), name).toContain('immutable');
    expect(content.length, name).toBeGreaterThan(50);
  }
});

test('a HEAD has the headers of the page and nothing else', async () => {
  const { status, headers, text } = await fetched('/', { method: 'HEAD' });
  expect({ status, text }).toEqual({ status: 200, text: '' });
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('every other path and method stays with the API', async () => {
  const { status, headers } = await fetched('/nothing');
  expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  expect((await fetched('/subscriptions', { method: 'POST' })).status).toBe(404);
  expect((await fetched('/openapi.json')).headers.get('content-type')).toBe('application/json');
});

test('a Host of elsewhere gets no page', async () => {
  const { status } = await api.request('GET', '/', { headers: { host: 'rebound.example' } });
  expect(status).toBe(403);
});
