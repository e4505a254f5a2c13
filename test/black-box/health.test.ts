// The health of an endpoint, what is parked for it, and its rate limit, over HTTP.
import { expect, test } from 'vitest';
import type { Output } from '../support/api.ts';
import { expectProblem } from '../support/api.ts';
import { until } from '../support/until.ts';
import { api, changeAndSettle, deliveryInStatus, ingest, patienceMs, subscribe } from './setup.ts';

type Health = Output<'getSubscriptionHealth'>;

function healthWhen(id: string, what: string, holds: (health: Health) => boolean): Promise<Health> {
  const ask = async () => {
    const health = await api.call('getSubscriptionHealth', { id });
    return holds(health) ? health : undefined;
  };
  return until(`subscription ${id} ${what}`, ask, patienceMs);
}

test('a new subscription is healthy, and nothing waits for it', async () => {
  const { id } = await subscribe();
  expect(await api.call('getSubscriptionHealth', { id })).toMatchObject({
    subscription_id: id,
    state: 'healthy',
    failing_since: null,
    next_probe_at: null,
    probes: 0,
    held_until: null,
    backlog: { parked: 0, complete: true, estimated_drain_seconds: 0 },
    history: [],
  });
  const { subscription } = await api.call('getSubscription', { id });
  expect(subscription).toMatchObject({ health: 'healthy', rate_limit: null });
});

test('what is parked is counted, and counted down once it is sent', async () => {
  const { id } = await subscribe({ status: 'inactive' });
  const made = [await ingest(id), await ingest(id), await ingest(id)];
  const paused = await healthWhen(id, 'has a backlog', ({ backlog }) => backlog.parked === 3);
  expect(paused.state).toBe('inactive');
  expect(paused.backlog.deliveries_per_second).toBeGreaterThanOrEqual(50);
  expect(paused.backlog.estimated_drain_seconds).toBe(1);
  await changeAndSettle(id, { status: 'active' });
  for (const delivery of made) await deliveryInStatus(delivery, 'delivered');
  await healthWhen(id, 'has no backlog', ({ backlog }) => backlog.parked === 0);
});

test('an endpoint that fails again and again is shown as failing, and healthy after a success', async () => {
  const failing = { status: 500 };
  const { id } = await subscribe({ retry_schedule: [1, 1] }, failing, failing, failing, {});
  await deliveryInStatus(await ingest(id), 'failed');
  const { failing_since } = await healthWhen(id, 'fails', ({ state }) => state === 'failing');
  expect(Date.parse(failing_since!)).toBeGreaterThan(Date.now() - 10 * 60_000);
  await deliveryInStatus(await ingest(id), 'delivered');
  const health = await healthWhen(id, 'is healthy', ({ state }) => state === 'healthy');
  expect(health).toMatchObject({ failing_since: null, history: [] });
});

test('an endpoint that is gone leaves an inactive subscription, and says when', async () => {
  const { id } = await subscribe({}, { status: 410 });
  await deliveryInStatus(await ingest(id), 'failed');
  const health = await healthWhen(id, 'is inactive', ({ state }) => state === 'inactive');
  expect(health.history).toEqual([{ at: expect.any(String), event: 'disabled' }]);
});

test('a pause that the endpoint asked for is shown', async () => {
  const busy = { status: 503, headers: { 'retry-after': '3600' } };
  const { id } = await subscribe({ retry_schedule: [1] }, busy);
  await ingest(id);
  const health = await healthWhen(id, 'is held', ({ held_until }) => held_until !== null);
  expect(Date.parse(health.held_until!)).toBeGreaterThan(Date.now() + 30 * 60_000);
});

test('a rate limit spreads what comes at once', async () => {
  // No slot is nearer to the next than two seconds; a message may be taken one second early.
  const rate_limit = { per_second: 0.5 };
  const { id, endpoint } = await subscribe({ rate_limit });
  const made = [await ingest(id), await ingest(id), await ingest(id)];
  const found = [];
  for (const delivery of made) found.push(await deliveryInStatus(delivery, 'delivered'));
  expect(endpoint.requests).toHaveLength(3);
  const times = found.map(({ attempts }) => Date.parse(attempts[0]!.created_at));
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(2_900);
  expect(found.map(({ delivery }) => delivery.attempt_count)).toEqual([1, 1, 1]);
});

test('a rate limit is changed and removed, and a bad one names its field', async () => {
  const { id } = await subscribe({ rate_limit: { per_second: 5, burst: 10 } });
  const update = async (body: object) =>
    (await api.call('updateSubscription', { id, body })).subscription.rate_limit;
  expect(await update({ name: 'Another' })).toEqual({ per_second: 5, burst: 10 });
  expect(await update({ rate_limit: { per_second: 2 } })).toEqual({ per_second: 2, burst: 1 });
  const body = JSON.stringify({ rate_limit: { per_second: 2, burst: 0 } });
  const headers = { 'content-type': 'application/json' };
  const reply = await api.request('PATCH', `/api/subscriptions/${id}`, { body, headers });
  expect(expectProblem(reply, 'invalid-request').errors).toMatchObject([
    { pointer: '/rate_limit/burst' },
  ]);
  expect(await update({ rate_limit: null })).toBeNull();
});

test('the health of a subscription that is not there is not found', async () => {
  await api.refused('not-found', 'getSubscriptionHealth', { id: 'sub_0000000000000000' });
  const { id } = await subscribe();
  await api.call('deleteSubscription', { id });
  await api.refused('not-found', 'getSubscriptionHealth', { id });
});
