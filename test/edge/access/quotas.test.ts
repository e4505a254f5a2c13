import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { createHttpHandler } from '../../../lambdas/edge/http/http.ts';
import { publishHandlers } from '../../../lambdas/edge/handlers/publish.ts';
import type { GatewayKind } from '../../support/gateway-events.ts';
import { gatewayEvent } from '../../support/gateway-events.ts';
import { createService } from '../../support/service.ts';

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
    const { ingest, subscribe, clock } = await setup(kind, { INGEST_EVENTS_PER_SECOND: '100' });
    let answer = await ingest();
    let count = 0;
    for (; answer.status === 202 && count < 5_000; count += 1) answer = await ingest();
    // Ten seconds' worth, and what a process spends without asking.
    expect(count).toBeGreaterThanOrEqual(1_000);
    expect(count).toBeLessThan(1_200);
    expect(answer).toMatchObject({ status: 429, json: { code: 'too-many-requests' } });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(answer.headers).toMatchObject({
      ratelimit: expect.stringMatching(/^"events";r=0;t=\d+, "bytes";r=0;t=\d+$/),
    });
    expect(answer.json['detail']).toContain('100 events per second');
    expect((await ingest(await subscribe())).status).toBe(202);
    clock.advance(Number(answer.headers['retry-after']) * 1_000);
    expect((await ingest()).status).toBe(202);
  });

  it('count the bytes of large events', async () => {
    const { ingest, id } = await setup(kind, { INGEST_BYTES_PER_SECOND: '1000000' });
    const big = { text: 'x'.repeat(200_000) };
    let answer = await ingest(id, big);
    let count = 0;
    for (; answer.status === 202 && count < 1_000; count += 1) answer = await ingest(id, big);
    expect(count).toBeGreaterThanOrEqual(48);
    expect(count).toBeLessThan(60);
    expect(answer).toMatchObject({ status: 429, json: { code: 'too-many-requests' } });
    expect(answer.json['detail']).toContain('1000000 bytes per second');
  });

  it('tell their policies with every event that is accepted', async () => {
    const { ingest } = await setup(kind, { INGEST_BYTES_PER_SECOND: '1000000' });
    expect((await ingest()).headers['ratelimit-policy']).toBe(
      '"events";q=500;w=1;qu="request", "bytes";q=1000000;w=1;qu="content-bytes"',
    );
  });

  it('are none where they are off', async () => {
    const off = { INGEST_EVENTS_PER_SECOND: 'off', INGEST_BYTES_PER_SECOND: 'off' };
    const { ingest, context } = await setup(kind, off);
    context.rateLimits = { reserve: () => Promise.reject(new Error('Nobody asks')) };
    for (let count = 0; count < 300; count += 1) {
      const answer = await ingest();
      expect(answer.status).toBe(202);
      expect(answer.headers['ratelimit-policy']).toBeUndefined();
    }
  });
});

it('a key is counted over all subscriptions', async () => {
  const { subscribe, addKey, call, ...service } = await setup('http', {
    INGEST_EVENTS_PER_SECOND: '2',
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

it('many processes over one store let through the rate, ten seconds at once, and a fiftieth of it each', async () => {
  const processes = 8;
  const perSecond = 100;
  const service = await setup('http', { INGEST_EVENTS_PER_SECOND: String(perSecond) });
  const { context, clock, id } = service;
  // What a process keeps to itself is all that it has of a quota; the store is the same.
  const doors = Array.from({ length: processes }, () =>
    createHttpHandler(publishHandlers, { ...context, quotaMeters: new Map() }),
  );
  let reservations = 0;
  const { reserve } = context.rateLimits;
  context.rateLimits.reserve = (owner, now) => {
    reservations += 1;
    return reserve(owner, now);
  };
  const event = gatewayEvent('http', {
    method: 'POST',
    path: `/api/ingest/${id}`,
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  let accepted = 0;
  const seconds = 20;
  // Twice what is allowed, of which each process gets its part.
  for (let count = 0; count < 2 * perSecond * seconds + 2 * perSecond * 10; count += 1) {
    const { statusCode } = await doors[count % processes]!(event);
    if (statusCode === 202) accepted += 1;
    if (count >= 2 * perSecond * 10) clock.advance(1_000 / (2 * perSecond));
  }
  const shared = perSecond * (seconds + limits.quotaBurstSeconds);
  const own = processes * 0.02 * perSecond * (seconds + 10);
  const block = perSecond / 5;
  expect(accepted).toBeLessThanOrEqual(shared + own + block * processes);
  expect(accepted).toBeGreaterThan(shared * 0.9);
  // One write for both of events and bytes, and for many events.
  expect(reservations).toBeLessThan(accepted / 10);
});

it('an event is accepted where the quota cannot be asked for', async () => {
  const { ingest, context, logLines } = await setup('http', { INGEST_EVENTS_PER_SECOND: '1' });
  context.rateLimits = { reserve: () => Promise.reject(new Error('The store is away')) };
  for (let count = 0; count < 50; count += 1) expect((await ingest()).status).toBe(202);
  expect(logLines.join('')).toContain('quota.unasked');
});

describe('what waits for a subscription has a most, told at ingest', () => {
  it('in events: none beyond is accepted, and none that was is lost', async () => {
    const { subscribe, ingest, call, clock, context } = await setup('http', {
      PARKED_EVENTS_MAX: '3',
    });
    const paused = await subscribe({ status: 'inactive' });
    const statuses = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await ingest(paused)).status);
    expect(statuses).toEqual([202, 202, 202, 429, 429]);
    const full = await ingest(paused);
    expect(full).toMatchObject({ status: 429, json: { code: 'backlog-full' } });
    expect(full.headers['retry-after']).toBe('60');
    expect((await context.deliveries.countParked('default', paused as never, 9)).events).toBe(3);
    expect((await ingest()).status).toBe(202);

    const { json } = await call('listDeliveries', { query: `subscription_id=${paused}&limit=1` });
    const [{ id }] = json['deliveries'] as [{ id: string }];
    await call('cancelDelivery', { id });
    clock.advance(60_000);
    expect((await ingest(paused)).status).toBe(202);
    expect((await ingest(paused)).status).toBe(429);
  });

  it('in bytes, where the store can tell them', async () => {
    const { subscribe, ingest, context, clock } = await setup('http', {});
    context.rules.parkedBytesMax = 1_000_000;
    const paused = await subscribe({ status: 'inactive' });
    const big = { text: 'x'.repeat(200_000) };
    const statuses = [];
    for (let count = 0; count < 6; count += 1) statuses.push((await ingest(paused, big)).status);
    expect(statuses).toEqual([202, 202, 202, 202, 429, 429]);
    // What still fits is accepted.
    expect((await ingest(paused, { text: 'small' })).status).toBe(202);
    clock.advance(60_000);
    expect((await ingest(paused, big)).json['code']).toBe('backlog-full');
    const { deliveries } = context;
    context.deliveries = {
      ...deliveries,
      countParked: () => Promise.resolve({ events: 4, bytes: null }),
    };
    clock.advance(60_000);
    expect((await ingest(paused, big)).status).toBe(202);
  });
});

describe('subscriptions have a most', () => {
  async function withMost(settings: Record<string, string>) {
    const service = createService({ settings: { SUBSCRIPTIONS_MAX: '3', ...settings } });
    let counts = 0;
    const { subscriptions } = service.context;
    service.context.subscriptions = {
      ...subscriptions,
      count(tenant, max) {
        counts += 1;
        return subscriptions.count(tenant, max);
      },
    };
    const create = () => service.call('createSubscription', { body: { target_url } });
    return { ...service, create, counts: () => counts };
  }

  it('which one that is deleted makes room in', async () => {
    const { create, call } = await withMost({});
    const ids = [];
    for (let count = 0; count < 3; count += 1) {
      ids.push(((await create()).json['subscription'] as { id: string }).id);
    }
    const refused = await create();
    expect(refused).toMatchObject({ status: 422, json: { code: 'limit-exceeded' } });
    expect(refused.json['detail']).toContain('3 subscriptions');
    await call('deleteSubscription', { id: ids[0]! });
    expect((await create()).status).toBe(201);
    expect((await create()).status).toBe(422);
  });

  it('and are not counted for each that is made', async () => {
    const { create, counts, clock } = await withMost({ SUBSCRIPTIONS_MAX: '1000' });
    for (let count = 0; count < 50; count += 1) expect((await create()).status).toBe(201);
    expect(counts()).toBe(1);
    clock.advance(5_000);
    await create();
    expect(counts()).toBe(2);
  });

  it('of each tenant for itself', async () => {
    const { create, call, addKey, context } = await withMost({});
    for (let count = 0; count < 4; count += 1) await create();
    context.rules.apiAuth = 'on';
    const key = await addKey(['admin'], 'another');
    expect((await call('createSubscription', { key, body: { target_url } })).status).toBe(201);
  });
});
