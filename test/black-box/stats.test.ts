// Counters: they add up, per subscription and in all.
import { expect, test } from 'vitest';
import type { Output } from '../support/api.ts';
import { until } from '../support/until.ts';
import { api, changeAndSettle, deliveryInStatus, ingest, patienceMs, subscribe } from './setup.ts';

type Stats = Output<'getSubscriptionStats'>;

/** Counters follow the rows a moment later. */
function statsWhen(id: string, holds: (stats: Stats) => boolean): Promise<Stats> {
  const ask = async () => {
    const stats = await api.call('getSubscriptionStats', { id });
    return holds(stats) ? stats : undefined;
  };
  return until(`the stats of ${id} are up to date`, ask, patienceMs);
}

test('a subscription counts its deliveries by status', async () => {
  const ok = { delayMs: 30 };
  const failing = { status: 500 };
  const { id } = await subscribe({ retry_schedule: [1] }, ok, ok, ok, failing);
  for (let index = 0; index < 3; index += 1) await deliveryInStatus(await ingest(id), 'delivered');
  await deliveryInStatus(await ingest(id), 'failed');
  await changeAndSettle(id, { status: 'inactive' });
  const parked = await ingest(id);
  await deliveryInStatus(parked, 'parked');
  await api.call('cancelDelivery', { id: parked });

  const stats = await statsWhen(id, (found) => found.total === 5 && found.attempts === 5);
  expect(stats).toMatchObject({
    subscription_id: id,
    by_status: { delivered: 3, failed: 1, cancelled: 1, pending: 0, retrying: 0, parked: 0 },
    attempts: 5,
  });
  expect(stats.success_rate).toBeCloseTo(75, 0);
  expect(stats.average_attempts).toBeGreaterThan(0);
  expect(stats.latency_ms!.p50).toBeLessThanOrEqual(stats.latency_ms!.p95);
  expect(stats.latency_ms!.p95).toBeLessThanOrEqual(stats.latency_ms!.p99);
  expect(stats.hourly.reduce((sum, hour) => sum + hour.total, 0)).toBe(5);
  expect(stats.hourly.reduce((sum, hour) => sum + hour.attempts, 0)).toBe(5);
});

test('a subscription without deliveries has no rates', async () => {
  const { id } = await subscribe();
  expect(await api.call('getSubscriptionStats', { id })).toMatchObject({
    total: 0,
    attempts: 0,
    success_rate: null,
    average_attempts: null,
    latency_ms: null,
  });
});

test('the totals hold those of every subscription', async () => {
  const before = await api.call('getStats');
  const { id } = await subscribe();
  await deliveryInStatus(await ingest(id), 'delivered');
  const ask = async () => {
    const after = await api.call('getStats');
    return after.by_status.delivered > before.by_status.delivered ? after : undefined;
  };
  const after = await until('the totals count the delivery', ask, patienceMs);
  const sum = Object.values(after.by_status).reduce((total, count) => total + count, 0);
  expect(after.total).toBe(sum);
  expect(after.active_subscriptions).toBeGreaterThan(0);
});

test('a window shows its hours alone', async () => {
  const { id } = await subscribe();
  await deliveryInStatus(await ingest(id), 'delivered');
  await statsWhen(id, ({ total }) => total === 1);
  const day = 24 * 3_600_000;
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  const past = { since: ago(2 * day), until: ago(day) };
  expect((await api.call('getSubscriptionStats', { id, query: past })).total).toBe(0);
  const recent = { since: ago(day) };
  expect((await api.call('getSubscriptionStats', { id, query: recent })).total).toBe(1);
  await api.refused('not-found', 'getSubscriptionStats', { id: 'sub_0000000000000000' });
});
