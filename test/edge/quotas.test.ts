import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits.ts';
import type { GatewayKind } from '../support/gateway-events.ts';
import { createService } from '../support/service.ts';

const target_url = 'https://example.com/hook';

async function setup(kind: GatewayKind, settings: Record<string, string>) {
  const service = createService({ kind, settings });
  const subscribe = async (fields = {}) => {
    const body = { target_url, ...fields };
    const { json } = await service.call('createSubscription', { body });
    return (json['subscription'] as { id: string }).id;
  };
  const id = await subscribe();
  const ingest = (to = id, body: unknown = {}) => service.call('ingest', { id: to, body });
  return { ...service, id, subscribe, ingest };
}

describe.each<GatewayKind>(['http', 'rest'])('quotas behind the %s API', (kind) => {
  it('answer 429 and say when to come again; another subscription is not concerned', async () => {
    const { ingest, subscribe, clock } = await setup(kind, { INGEST_UNITS_PER_SECOND: '100' });
    let answer = await ingest();
    let count = 0;
    for (; answer.status === 202 && count < 5_000; count += 1) answer = await ingest();
    // Ten seconds' worth, and what a process spends without asking.
    expect(count).toBeGreaterThanOrEqual(1_000);
    expect(count).toBeLessThan(1_200);
    expect(answer).toMatchObject({ status: 429, json: { code: 'too-many-requests' } });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(answer.headers).toMatchObject({
      'ratelimit-policy': '"ingest";q=100;w=1',
      ratelimit: expect.stringMatching(/^"ingest";r=0;t=\d+$/),
    });
    expect((await ingest(await subscribe())).status).toBe(202);
    clock.advance(Number(answer.headers['retry-after']) * 1_000);
    expect((await ingest()).status).toBe(202);
  });

  it('count the bytes of large events', async () => {
    const { ingest, id } = await setup(kind, { INGEST_UNITS_PER_SECOND: '100' });
    const big = { text: 'x'.repeat(200_000) };
    let count = 0;
    while (count < 1_000 && (await ingest(id, big)).status === 202) count += 1;
    expect(count).toBeGreaterThanOrEqual(40);
    expect(count).toBeLessThan(60);
  });

  it('are none where they are off', async () => {
    const { ingest } = await setup(kind, { INGEST_UNITS_PER_SECOND: 'off' });
    for (let count = 0; count < 300; count += 1) expect((await ingest()).status).toBe(202);
  });
});

it('a key is counted over all subscriptions', async () => {
  const { subscribe, addKey, call, ...service } = await setup('http', {
    INGEST_UNITS_PER_SECOND: '20',
    API_AUTH: 'off',
  });
  service.context.rules.apiAuth = 'on';
  const key = await addKey(['admin']);
  const ids: string[] = [];
  for (let n = 0; n < 30; n += 1) {
    const { json } = await call('createSubscription', { key, body: { target_url } });
    ids.push((json['subscription'] as { id: string }).id);
  }
  const statuses = [];
  for (let n = 0; n < 600; n += 1) {
    statuses.push((await call('ingest', { key, id: ids[n % 30]!, body: {} })).status);
  }
  expect(statuses).toContain(429);
  expect(statuses.filter((status) => status === 202).length).toBeLessThan(300);
  void subscribe;
});

it('an event is accepted where the quota cannot be asked for', async () => {
  const { ingest, context, logLines } = await setup('http', { INGEST_UNITS_PER_SECOND: '1' });
  context.rateLimits = { reserve: () => Promise.reject(new Error('The store is away')) };
  for (let count = 0; count < 50; count += 1) expect((await ingest()).status).toBe(202);
  expect(logLines.join('')).toContain('quota.unasked');
});

it('what waits for a subscription has a most, told at ingest', async () => {
  const { subscribe, ingest, context } = await setup('http', {});
  const paused = await subscribe({ status: 'inactive' });
  expect((await ingest(paused)).status).toBe(202);
  const { deliveries } = context;
  context.deliveries = {
    ...deliveries,
    countParked: () => Promise.resolve(limits.parkedPerSubscriptionMax),
  };
  context.parkedMemo.forget(`default ${paused}`);
  const full = await ingest(paused);
  expect(full).toMatchObject({ status: 429, json: { code: 'backlog-full' } });
  expect(full.headers['retry-after']).toBe('60');
  expect((await ingest()).status).toBe(202);
});
