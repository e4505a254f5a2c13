// Deliveries, counters and keys as a caller sees them.
import { describe, expect, test } from 'vitest';
import type { DeliveryId, SubscriptionId } from '../../lambdas/core/ids.ts';
import { hourMs } from '../../lambdas/core/ledger/stats.ts';
import { anAttempt, aDelivery, aDelta, changed, latencyBuckets } from '../support/factories.ts';
import type { Service } from '../support/service.ts';
import { createService } from '../support/service.ts';

async function setup() {
  const service = createService();
  const { json } = await service.call('createSubscription', {
    body: { target_url: 'https://receiver.example.com/hooks' },
  });
  const { id } = json['subscription'] as { id: SubscriptionId };
  return { service, id };
}

async function ingest(
  service: Service,
  id: string,
  event: { body?: string; type?: string } = {},
): Promise<string> {
  const { json } = await service.request({
    method: 'POST',
    path: `/api/ingest/${id}`,
    headers: {
      'content-type': 'application/json',
      ...(event.type !== undefined && { 'x-event-type': event.type }),
    },
    body: event.body ?? '{}',
  });
  return String(json['delivery_id']);
}

const oddBody = '{"b":1,"a":2,"a":3,\r\n"e":"é\\u00e9", "big":12345678901234567890}  ';

describe('a delivery', () => {
  test('shows its payload as JSON and byte for byte, and its attempts by number', async () => {
    const { service, id } = await setup();
    const deliveryId = (await ingest(service, id, {
      body: oddBody,
      type: 'order.paid',
    })) as DeliveryId;
    const loaded = await service.ports.deliveries.load('default', [deliveryId]);
    const before = loaded.get(deliveryId)!.delivery;
    const after = changed(before, { status: 'retrying', attemptCount: 1, cycleAttempt: 1 });
    await service.ports.deliveries.recordAttempt(before, after, anAttempt({ number: 1 }));
    const { status, json, text } = await service.call('getDelivery', { id: deliveryId });
    expect(status).toBe(200);
    expect(text).toContain(`"payload":${oddBody},"payload_raw"`);
    expect(json['delivery']).toMatchObject({
      id: deliveryId,
      subscription_id: id,
      event_type: 'order.paid',
      status: 'retrying',
      attempt_count: 1,
      content_type: 'application/json',
      payload: { b: 1, a: 3, e: 'éé' },
      payload_raw: oddBody,
    });
    expect(json['attempts']).toMatchObject([
      {
        id: `att_${deliveryId.slice('dlv_'.length)}_1`,
        delivery_id: deliveryId,
        subscription_id: id,
        attempt_number: 1,
        status: 'failed',
        outcome: 'failed_attempt',
        status_code: 503,
        response_body: 'try again later',
        timings: { dns_ms: 1.25, connect_ms: 2.5, tls_ms: 10, first_byte_ms: 40 },
      },
    ]);
  });

  test('of JSON that is nested too deep to be written again shows its bytes alone', async () => {
    const { service, id } = await setup();
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    const { json } = await service.call('getDelivery', {
      id: await ingest(service, id, { body: deep }),
    });
    expect(json['delivery']).toMatchObject({ payload: null, payload_raw: deep });
  });

  test.each(['{}', '[]', '0', 'false', '""', 'null'])(
    'of the payload %j is shown',
    async (body) => {
      const { service, id } = await setup();
      const { status, json } = await service.call('getDelivery', {
        id: await ingest(service, id, { body }),
      });
      expect(status).toBe(200);
      expect(json['delivery']).toMatchObject({
        payload: JSON.parse(body) as unknown,
        payload_raw: body,
      });
    },
  );

  test('can be cancelled once, and sent again', async () => {
    const { service, id } = await setup();
    const delivery = await ingest(service, id);
    expect(await service.call('cancelDelivery', { id: delivery })).toMatchObject({
      status: 200,
      json: { delivery: { id: delivery, status: 'cancelled', reason: 'requested' } },
    });
    expect(await service.call('cancelDelivery', { id: delivery })).toMatchObject({
      status: 409,
      json: { code: 'conflict' },
    });
    expect(await service.call('retryDelivery', { id: delivery })).toMatchObject({
      status: 202,
      json: { delivery: { id: delivery, status: 'pending' } },
    });
  });
});

describe('lists of deliveries', () => {
  async function three() {
    const { service, id } = await setup();
    const made = [];
    for (const type of ['order.paid', 'order.paid', 'order.lost']) {
      made.unshift(await ingest(service, id, { type }));
      service.clock.advance(1_000);
    }
    return { service, id, made };
  }

  test('of a subscription and of all are alike, newest first', async () => {
    const { service, id, made } = await three();
    const ours = await service.call('listSubscriptionDeliveries', { id });
    expect(ours.json).toMatchObject({
      subscription_id: id,
      deliveries: made.map((m) => ({ id: m })),
    });
    const all = await service.call('listDeliveries', {});
    expect(all.json['deliveries']).toEqual(ours.json['deliveries']);
    const filtered = await service.call('listDeliveries', { query: `subscription_id=${id}` });
    expect(filtered.json['deliveries']).toEqual(ours.json['deliveries']);
  });

  test('take filters', async () => {
    const { service, id, made } = await three();
    const second = new Date(service.clock.now() - 2_000).toISOString();
    for (const [query, expected] of [
      ['event_type=order.lost', [made[0]]],
      ['status=pending', made],
      ['status=delivered', []],
      [`since=${second}`, [made[0], made[1]]],
      [`until=${second}`, [made[2]]],
      [`since=${encodeURIComponent(second.replace('Z', '+00:00'))}`, [made[0], made[1]]],
      ['until=1969-12-31T23:59:59Z', []],
      ['since=9999-12-31T23:59:59Z', []],
      ['since=0000-01-01T00:00:00Z', made],
    ] as const) {
      const { json } = await service.call('listSubscriptionDeliveries', { id, query });
      const ids = (json['deliveries'] as { id: string }[]).map((delivery) => delivery.id);
      expect(ids, query).toEqual(expected);
    }
  });

  test.each(['subscription_id=1', 'subscription_id=sub_0123456789abcdef'])(
    'are empty for a subscription that is not there: %s',
    async (query) => {
      const { service } = await three();
      const { json } = await service.call('listDeliveries', { query });
      expect(json).toEqual({ deliveries: [], next_cursor: null });
    },
  );
});

describe('counters', () => {
  test('come from the counters of the hours asked for', async () => {
    const { service, id } = await setup();
    const hour = Math.floor(service.clock.now() / hourMs) * hourMs;
    const delta = aDelta({ subscriptionId: id, hour });
    const old = aDelta({ subscriptionId: id, hour: hour - hourMs, attempts: 2 });
    await service.ports.stats.add([{ ...delta, latency: latencyBuckets({ 2: 1 }) }, old]);
    const since = new Date(hour).toISOString();
    const { json } = await service.call('getStats', { query: `since=${since}` });
    expect(json).toMatchObject({
      since,
      until: new Date(hour + hourMs).toISOString(),
      total: 1,
      success_rate: 100,
      attempts: 1,
      average_attempts: 1,
      active_subscriptions: 1,
    });
    expect(json['hourly']).toHaveLength(1);
    const all = await service.call('getSubscriptionStats', { id });
    expect(all.json).toMatchObject({ subscription_id: id, total: 2, average_attempts: 1.5 });
    expect(all.json['hourly']).toHaveLength(72);
  });

  test('are empty before anything happened', async () => {
    const { service, id } = await setup();
    const { json } = await service.call('getSubscriptionStats', { id });
    expect(json).toMatchObject({
      total: 0,
      success_rate: null,
      average_attempts: null,
      latency_ms: null,
    });
  });

  test('of a delivery that was accepted as parked show it', async () => {
    const { service, id } = await setup();
    await service.call('updateSubscription', { id, body: { status: 'inactive' } });
    await ingest(service, id);
    const { json } = await service.call('getStats');
    expect(json).toMatchObject({ total: 1, by_status: { parked: 1 }, active_subscriptions: 0 });
  });
});

describe('API keys', () => {
  test('are shown once, listed without their text, and deleted', async () => {
    const service = createService();
    const made = await service.call('createApiKey', {
      body: { name: 'billing', scopes: ['publish', 'read', 'publish'] },
    });
    const key = made.json['api_key'] as { id: string };
    expect(made.json).toMatchObject({
      key: expect.stringMatching(`^whk_${key.id}_`) as string,
      api_key: { name: 'billing', scopes: ['publish', 'read'] },
    });
    const listed = await service.call('listApiKeys');
    expect(listed.json).toEqual({ api_keys: [key] });
    expect(await service.call('deleteApiKey', { id: key.id })).toMatchObject({
      json: { message: 'API key deleted successfully' },
    });
    expect(await service.call('deleteApiKey', { id: key.id })).toMatchObject({ status: 404 });
  });

  test('are not without number', async () => {
    const service = createService();
    service.context.apiKeys = {
      ...service.ports.apiKeys,
      list: () => Promise.resolve(Array.from({ length: 1_000 }, () => aKey)),
    };
    const answer = await service.call('createApiKey', { body: { scopes: ['read'] } });
    expect(answer).toMatchObject({ status: 422, json: { code: 'limit-exceeded' } });
  });
});

const aKey = { tenant: 'default', id: '0', name: null, scopes: [], hash: '', createdAt: 0 };

test('a delivery that has expired is not there', async () => {
  const { service, id } = await setup();
  const now = service.clock.now();
  const delivery = aDelivery({
    subscriptionId: id,
    status: 'delivered',
    completedAt: now,
    expiresAt: now,
  });
  await service.ports.deliveries.commit(delivery, new TextEncoder().encode('{}'));
  for (const route of ['getDelivery', 'retryDelivery', 'cancelDelivery'] as const) {
    expect(await service.call(route, { id: delivery.id }), route).toMatchObject({ status: 404 });
  }
});
