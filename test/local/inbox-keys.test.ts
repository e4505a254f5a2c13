// With API keys on, what the inbox received is for those who may read.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Api } from '../support/api.ts';
import { aDataDirectory } from '../support/data-directory.ts';
import { runToEnd, startLocalServer } from '../support/local-server.ts';
import type { LocalServer } from '../support/local-server.ts';
import { until } from '../support/until.ts';
import { apiFor, patienceMs } from './setup.ts';

let server: LocalServer;
let api: Api;
const data = aDataDirectory();
const keys: Record<string, string> = {};

beforeAll(async () => {
  for (const scope of ['admin', 'read', 'publish']) {
    const made = await runToEnd('bin/key.ts', { DATA_DIR: data.path }, ['--scope', scope]);
    keys[scope] = /whk_\S+/.exec(made.output)?.[0] ?? '';
  }
  server = await startLocalServer({ DATA_DIR: data.path, API_AUTH: 'on' });
  api = apiFor(server.url);
});

afterAll(async () => {
  await server.stop();
  data.remove();
});

const ask = (method: string, path: string, key?: string) =>
  api.request(method, path, {
    headers: key === undefined ? {} : { authorization: `Bearer ${keys[key]}` },
  });

test('reading wants the scope read, clearing admin, and receiving no key', async () => {
  expect((await ask('POST', '/dev/inbox/a')).status).toBe(200);
  const statuses = async (method: string, path: string) =>
    Promise.all(
      [undefined, 'publish', 'read', 'admin'].map(
        async (key) => (await ask(method, path, key)).status,
      ),
    );
  expect(await statuses('GET', '/dev/inbox/a/requests')).toEqual([401, 403, 200, 200]);
  expect(await statuses('GET', '/dev/inbox')).toEqual([401, 403, 200, 200]);
  expect(await statuses('DELETE', '/dev/inbox/a/requests')).toEqual([401, 403, 403, 200]);
});

test('a rebound name gets in with no key', async () => {
  for (const [method, path] of [
    ['GET', '/dev/inbox/a/requests'],
    ['DELETE', '/dev/inbox/a/requests'],
    ['POST', '/dev/inbox/a'],
  ] as const) {
    const headers = { host: 'evil.example', authorization: `Bearer ${keys['admin']}` };
    expect((await api.request(method, path, { headers })).status).toBe(403);
  }
});

test.each([
  { type: 'bearer', token: 'CANARY-TOKEN' },
  { type: 'header', name: 'Private-Token', value: 'CANARY-TOKEN' },
])('$type credentials and headers of a subscription are shown as masks', async (auth) => {
  const headers = { authorization: `Bearer ${keys['admin']}`, 'content-type': 'application/json' };
  const made = await api.request('POST', '/api/subscriptions', {
    headers,
    body: JSON.stringify({
      target_url: `${server.url}/dev/inbox/${auth.type}`,
      auth,
      custom_headers: { 'X-Tenant-Key': 'CANARY-HEADER' },
    }),
  });
  const { id } = (made.json as { subscription: { id: string } }).subscription;
  await api.request('POST', `/api/ingest/${id}`, { headers, body: '{"payload":"shown"}' });
  const text = await until(
    'it has come',
    async () => {
      const { json } = await ask('GET', `/dev/inbox/${auth.type}/requests`, 'read');
      const shown = JSON.stringify(json);
      return shown.includes('payload') ? shown : undefined;
    },
    patienceMs,
  );
  expect(text).not.toContain('CANARY');
  expect(text).toContain('"x-tenant-key":');
});
