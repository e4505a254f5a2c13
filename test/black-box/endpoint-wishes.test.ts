// What an endpoint can ask for in its answer, and that a loop over our own ingest ends.
import { expect, test } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import {
  api,
  changeAndSettle,
  deliveryInStatus,
  ingest,
  patienceMs,
  subscribe,
  target,
} from './setup.ts';

test('Retry-After holds back the whole subscription and burns no attempt', async () => {
  const seconds = 3 + Math.ceil(target.SUBSCRIPTION_MEMO_MS / 1_000);
  const busy = { status: 503, headers: { 'retry-after': String(seconds) } };
  const { id, endpoint } = await subscribe({ retry_schedule: [1] }, busy, {});
  const first = await ingest(id);
  await deliveryInStatus(first, 'retrying');
  await changeAndSettle(id, {});
  const second = await ingest(id);
  for (const delivery of [first, second]) await deliveryInStatus(delivery, 'delivered');
  const [answeredAt, ...later] = endpoint.requests.map(({ at }) => at);
  expect(later).toHaveLength(2);
  for (const at of later) expect(at - answeredAt!).toBeGreaterThan(seconds * 1_000 - 1_100);
  const { attempts } = await api.call('getDelivery', { id: second });
  expect(attempts.map(({ attempt_number }) => attempt_number)).toEqual([1]);
});

test('webhook-delivery: abort-message ends this delivery alone', async () => {
  const headers = { 'webhook-delivery': 'abort-message' };
  const { id } = await subscribe({ retry_schedule: [1] }, { status: 400, headers }, {});
  const { delivery, attempts } = await deliveryInStatus(await ingest(id), 'failed');
  expect(delivery.reason).toBe('aborted');
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['failure']);
  await deliveryInStatus(await ingest(id), 'delivered');
});

test('webhook-delivery: disable makes the subscription inactive, whatever the status', async () => {
  const headers = { 'webhook-delivery': 'disable' };
  const { id } = await subscribe({}, { status: 200, headers });
  await deliveryInStatus(await ingest(id), 'delivered');
  const { subscription } = await api.call('getSubscription', { id });
  expect(subscription).toMatchObject({ status: 'inactive', inactive_reason: 'gone' });
});

test('hops are counted, and too many are refused', async () => {
  const { id, endpoint } = await subscribe();
  await ingest(id);
  await ingest(id, { headers: { 'webhook-hops': String(limits.hopsMax - 1) } });
  const received = await endpoint.received(2, patienceMs);
  const hops = received.map(({ headers }) => Number(headers['webhook-hops']));
  expect(new Set(hops)).toEqual(new Set([1, limits.hopsMax]));
  const headers = { 'webhook-hops': String(limits.hopsMax) };
  await api.refused('loop-detected', 'ingest', { id, body: {}, headers });
});
