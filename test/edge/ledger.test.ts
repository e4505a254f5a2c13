import { expect, test } from 'vitest';
import { hourMs } from '../../lambdas/core/ledger/stats.ts';
import { aDelivery, aSubscriptionId, noon } from '../support/factories.ts';
import { createService } from '../support/service.ts';

const body = new TextEncoder().encode('{}');

test('GET /api/ledger sets what was accepted against what became of it', async () => {
  const service = createService();
  const statuses = ['pending', 'retrying', 'parked', 'delivered', 'failed', 'cancelled'] as const;
  for (const status of statuses) {
    await service.ports.deliveries.commit(aDelivery({ status, attemptCount: 1 }), body);
  }
  const lost = aDelivery();
  await service.ports.deliveries.commit(lost, body);
  service.deleteRow(lost.id);

  const { status, json } = await service.call('getLedger', { query: 'since=2035-01-15T11:30:00Z' });

  expect(status).toBe(200);
  expect(json).toEqual({
    since: '2035-01-15T11:00:00.000Z',
    until: '2035-01-15T13:00:00.000Z',
    hours: [
      {
        hour: '2035-01-15T12:00:00.000Z',
        accepted: 7,
        scheduled: 2,
        parked: 1,
        delivered: 1,
        failed: 1,
        cancelled: 1,
        missing: 1,
        overdue: 0,
        counted: null,
      },
    ],
    missing: [
      {
        delivery_id: lost.id,
        subscription_id: lost.subscriptionId,
        accepted_at: '2035-01-15T12:00:00.000Z',
      },
    ],
    next_cursor: null,
  });
});

test('shows what the counters say beside it', async () => {
  const service = createService();
  const subscriptionId = aSubscriptionId();
  const delivery = aDelivery({ subscriptionId, status: 'delivered' });
  await service.ports.deliveries.commit(delivery, body);
  const byStatus = {
    pending: 1,
    retrying: 2,
    parked: 3,
    delivered: 4,
    failed: 5,
    cancelled: 6,
  };
  await service.ports.stats.correct('default', null, { hour: noon, byStatus });

  const { json } = await service.call('getLedger');

  expect(json['hours']).toMatchObject([
    { counted: { scheduled: 3, parked: 3, delivered: 4, failed: 5, cancelled: 6 } },
  ]);
});

test('shows nothing of another tenant', async () => {
  const service = createService({ settings: { API_AUTH: 'on' } });
  await service.ports.deliveries.commit(aDelivery({ tenant: 'theirs' }), body);
  const key = await service.addKey(['read'], 'ours');

  const { json } = await service.call('getLedger', { key });

  expect(json).toMatchObject({ hours: [], missing: [] });
});

test.each([
  ['since=yesterday', 'query/since'],
  [`since=${new Date(noon + 2 * hourMs).toISOString()}`, 'query/since'],
  ['since=2035-01-15T11:00:00Z&until=2035-01-15T11:00:00Z', 'query/since'],
])('refuses the window %s', async (query, pointer) => {
  const { status, json } = await createService().call('getLedger', { query });
  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'invalid-request', errors: [{ pointer }] });
});

test('refuses a cursor that it did not make', async () => {
  const { status, json } = await createService().call('getLedger', { query: 'cursor=abc' });
  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'invalid-cursor' });
});
