// The development inbox: what it records, what it verifies, how it fails when it is told to.
import { createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { inboxLimits } from '../../bin/local/inbox.ts';
import { routes } from '../../lambdas/contract/http/routes.ts';
import type { Api } from '../support/api.ts';
import { startLocalServer } from '../support/local-server.ts';
import type { LocalServer } from '../support/local-server.ts';
import { send } from '../support/http-client.ts';
import { until } from '../support/until.ts';
import { apiFor, patienceMs } from './setup.ts';

type Recorded = {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  body_base64: string;
  verified: { standard_webhooks: boolean | 'unsigned'; hub: boolean | 'unsigned' };
  status: number;
};

let server: LocalServer;
let api: Api;

beforeAll(async () => {
  server = await startLocalServer({ DATA_DIR: ':memory:', RETRY_SCHEDULE: '1,1,1' });
  api = apiFor(server.url);
});

afterAll(() => server.stop());

async function recorded(name: string): Promise<Recorded[]> {
  const { json } = await api.request('GET', `/dev/inbox/${name}/requests`);
  return (json as { requests: Recorded[] }).requests;
}

function recordedAtLeast(name: string, count: number): Promise<Recorded[]> {
  const ask = async () => {
    const requests = await recorded(name);
    return requests.length >= count ? requests : undefined;
  };
  return until(`inbox ${name} has ${count} requests`, ask, patienceMs);
}

async function subscribeInbox(inbox: string, secret: string | null = null): Promise<string> {
  const body = { target_url: `${server.url}/dev/inbox/${inbox}`, secret };
  const { subscription } = await api.call('createSubscription', { body });
  return subscription.id;
}

const newName = () => `box-${crypto.randomUUID()}`;

test('records any request byte for byte, newest first', async () => {
  const name = newName();
  const body = Buffer.from([0x00, 0xff, 0x0d, 0x0a, 0x20]);
  const first = await api.request('PUT', `/dev/inbox/${name}?a=1&b`, { body });
  expect(first).toMatchObject({ status: 200 });
  await api.request('GET', `/dev/inbox/${name}`, { headers: { 'x-own': 'yes' } });
  const [get, put] = await recorded(name);
  expect(put).toMatchObject({ method: 'PUT', url: `/dev/inbox/${name}?a=1&b`, status: 200 });
  expect(Buffer.from(put!.body_base64, 'base64').equals(body)).toBe(true);
  expect(get).toMatchObject({ method: 'GET', headers: { 'x-own': 'yes' }, body: '' });
  expect(get!.verified).toEqual({ standard_webhooks: 'unsigned', hub: 'unsigned' });
});

test('is listed, and cleared', async () => {
  const name = newName();
  await api.request('POST', `/dev/inbox/${name}`, { body: {} });
  const listed = await api.request('GET', '/dev/inbox');
  expect(listed.json).toMatchObject({
    inboxes: expect.arrayContaining([{ name, requests: 1 }]),
  });
  expect((await api.request('DELETE', `/dev/inbox/${name}/requests`)).status).toBe(200);
  expect(await recorded(name)).toEqual([]);
});

test('verifies what the service signs, and refuses what was changed', async () => {
  const name = newName();
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const id = await subscribeInbox(name, secret);
  const body = '{"n":1}';
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  await api.call('ingest', { id, body, headers: { 'x-hub-signature-256': signature } });
  const [signed] = await recordedAtLeast(name, 1);
  expect(signed).toMatchObject({ body, verified: { standard_webhooks: true, hub: true } });

  const { headers } = signed!;
  const url = `${server.url}/dev/inbox/${name}`;
  const changed = { ...headers, 'content-length': '8' };
  await send({ method: 'POST', url, headers: changed, body: '{"n": 1}' });
  const [refused] = await recorded(name);
  expect(refused!.verified).toEqual({ standard_webhooks: false, hub: false });

  const old = String(Math.floor(Date.now() / 1_000) - 3_600);
  await send({ method: 'POST', url, headers: { ...headers, 'webhook-timestamp': old }, body });
  const [replayed] = await recorded(name);
  expect(replayed!.verified).toEqual({ standard_webhooks: false, hub: true });
});

describe('fails as it is told', () => {
  test('the first tries of each webhook', async () => {
    const name = newName();
    const id = await subscribeInbox(`${name}?fail=2&status=503`);
    const { delivery_id } = await api.call('ingest', { id, body: { n: 1 } });
    await recordedAtLeast(name, 3);
    const ended = async () => {
      const found = await api.call('getDelivery', { id: delivery_id! });
      return found.delivery.status === 'delivered' ? found.attempts : undefined;
    };
    const attempts = await until('the delivery is delivered', ended, patienceMs);
    expect(attempts.map(({ status_code }) => status_code)).toEqual([503, 503, 200]);
  });

  test('always with a status, later with a delay', async () => {
    const name = newName();
    expect((await api.request('POST', `/dev/inbox/${name}?status=418`)).status).toBe(418);
    const askedAt = Date.now();
    expect((await api.request('POST', `/dev/inbox/${name}?delay=300ms`)).status).toBe(200);
    expect(Date.now() - askedAt).toBeGreaterThanOrEqual(290);
  });

  test.each(['fail=x', 'fail=-1', 'status=99', 'status=600', 'delay=3', 'delay=61s', 'delay=1h'])(
    'not with %s',
    async (query) => {
      const reply = await api.request('POST', `/dev/inbox/${newName()}?${query}`);
      expect(reply).toMatchObject({ status: 400, json: { code: 'invalid-request' } });
    },
  );
});

test('keeps within its bounds', async () => {
  const name = newName();
  const big = Buffer.alloc(1024 * 1024 + 1);
  expect((await api.request('POST', `/dev/inbox/${name}`, { body: big })).status).toBe(413);
  for (let n = 0; n < 8; n += 1) {
    // A little less, since headers and URL count too.
    await api.request('POST', `/dev/inbox/${name}`, { body: big.subarray(4_096) });
  }
  const kept = inboxLimits.bytesPerInboxMax / (1024 * 1024);
  expect(await recorded(name)).toHaveLength(kept);
  for (let n = 0; n < inboxLimits.inboxesMax; n += 1) {
    await api.request('POST', `/dev/inbox/${newName()}`);
  }
  const { json } = await api.request('GET', '/dev/inbox');
  expect((json as { inboxes: unknown[] }).inboxes).toHaveLength(inboxLimits.inboxesMax);
  expect(await recorded(name)).toEqual([]);
});

test.each([
  ['GET', '/dev/inbox/a/b'],
  ['GET', '/dev/inbox/no%20way'],
  ['GET', `/dev/inbox/${'x'.repeat(65)}`],
  ['POST', '/dev/inbox'],
  ['PUT', '/dev/inbox/name/requests'],
])('%s %s is not found', async (method, path) => {
  expect(await api.request(method, path)).toMatchObject({
    status: 404,
    json: { code: 'not-found' },
  });
});

test('exists in no deployed function', async () => {
  expect(JSON.stringify(routes)).not.toMatch(/inbox/i);
  const shipped = new URL('../../lambdas', import.meta.url);
  for (const entry of await readdir(shipped, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = await readFile(`${entry.parentPath}/${entry.name}`, 'utf8');
    expect(text, entry.name).not.toMatch(/inbox/i);
  }
});
