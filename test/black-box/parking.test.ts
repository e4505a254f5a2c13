// Inactive and deleted subscriptions: nothing is sent, nothing is lost, no attempt is burnt.
import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import {
  api,
  changeAndSettle,
  deliveryInStatus,
  ingest,
  newEndpoint,
  patienceMs,
  subscribe,
  target,
} from './setup.ts';

const failing = { status: 500 };

test('an inactive subscription parks what comes and sends it when it is active again', async () => {
  const { id, endpoint } = await subscribe({ status: 'inactive' });
  const made = [await ingest(id), await ingest(id, { body: '2' }), await ingest(id, { body: '3' })];
  for (const delivery of made) {
    const shown = await api.call('getDelivery', { id: delivery });
    expect(shown.delivery).toMatchObject({
      status: 'parked',
      reason: 'subscription_inactive',
      attempt_count: 0,
      next_attempt_at: null,
    });
  }
  await changeAndSettle(id, { status: 'active' });
  for (const delivery of made) await deliveryInStatus(delivery, 'delivered');
  const sent = endpoint.requests.map(({ headers }) => headers['webhook-id']);
  expect(new Set(sent)).toEqual(new Set(made));
  expect(sent).toHaveLength(made.length);
});

test('an inactive subscription still filters', async () => {
  const { id } = await subscribe({ status: 'inactive', event_types: ['wanted'] });
  const query = { event_type: 'unwanted' };
  expect(await api.call('ingest', { id, body: {}, query })).toMatchObject({ status: 'rejected' });
});

test('a retry parks when its subscription has become inactive, and burns no attempt', async () => {
  // Not due before the change is seen everywhere.
  const wait = 2 + Math.ceil(target.SUBSCRIPTION_MEMO_MS / 1_000);
  const { id, endpoint } = await subscribe({ retry_schedule: [wait, wait] }, failing, {});
  const delivery = await ingest(id);
  await deliveryInStatus(delivery, 'retrying');
  await api.call('updateSubscription', { id, body: { status: 'inactive' } });
  const { delivery: parked } = await deliveryInStatus(delivery, 'parked');
  expect(parked.attempt_count).toBe(endpoint.requests.length);
  await changeAndSettle(id, { status: 'active' });
  const { attempts } = await deliveryInStatus(delivery, 'delivered');
  expect(attempts.map(({ attempt_number }) => attempt_number)).toEqual(
    attempts.map((_, i) => i + 1),
  );
});

test('a gone subscription that is reactivated is sent to again', async () => {
  const { id, endpoint } = await subscribe({}, { status: 410 }, {});
  await deliveryInStatus(await ingest(id), 'failed');
  const inactive = async () => {
    const { subscription } = await api.call('getSubscription', { id });
    return subscription.status === 'inactive' ? subscription : undefined;
  };
  await until('the subscription is inactive', inactive, patienceMs);
  await changeAndSettle(id, {});
  const parked = await ingest(id);
  expect((await api.call('getDelivery', { id: parked })).delivery.status).toBe('parked');
  const { subscription } = await api.call('updateSubscription', { id, body: { status: 'active' } });
  expect(subscription.inactive_reason).toBeNull();
  await deliveryInStatus(parked, 'delivered');
  expect(endpoint.requests).toHaveLength(2);
});

test('the retry of a changed subscription goes to its new URL', async () => {
  const moved = newEndpoint();
  const { id } = await subscribe({ retry_schedule: [1, 1, 1] }, failing);
  const delivery = await ingest(id);
  await deliveryInStatus(delivery, 'retrying');
  await changeAndSettle(id, { target_url: moved.url });
  await moved.received(1, patienceMs);
  const { attempts } = await deliveryInStatus(delivery, 'delivered');
  expect(attempts.at(-1)!.target_url).toBe(moved.url);
});

test('deleting a subscription cancels what is open and keeps what has ended', async () => {
  const { id, endpoint } = await subscribe({ retry_schedule: [60] }, {}, failing);
  const ended = await ingest(id);
  await deliveryInStatus(ended, 'delivered');
  const open = await ingest(id);
  await deliveryInStatus(open, 'retrying');
  await api.call('deleteSubscription', { id });
  const { delivery } = await deliveryInStatus(open, 'cancelled');
  expect(delivery).toMatchObject({ reason: 'subscription_deleted', next_attempt_at: null });
  expect((await api.call('getDelivery', { id: ended })).delivery.status).toBe('delivered');
  expect(endpoint.requests).toHaveLength(2);
  await api.refused('not-found', 'listSubscriptionDeliveries', { id });
});
