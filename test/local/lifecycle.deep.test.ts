// Starting, stopping and starting again: nothing that was accepted is lost.
import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { newDataDirectory, newReceiver, patienceMs, startServer } from './setup.ts';

const drainsWithinMs = 10_000;

test('a restart keeps subscriptions, deliveries and retries', async () => {
  const DATA_DIR = await newDataDirectory();
  const receiver = await newReceiver();
  const endpoint = receiver.endpoint({ status: 500 }, {});
  const first = await startServer({ DATA_DIR });
  const { subscription } = await first.api.call('createSubscription', {
    body: { target_url: endpoint.url, retry_schedule: [2] },
  });
  const { id } = subscription;
  const { delivery_id } = await first.api.call('ingest', { id, body: { n: 1 } });
  await endpoint.received(1, patienceMs);
  const retrying = async () => {
    const { delivery } = await first.api.call('getDelivery', { id: delivery_id! });
    return delivery.status === 'retrying' ? delivery : undefined;
  };
  await until('the delivery is retrying', retrying, patienceMs);
  expect(await first.stop()).toEqual({ code: 0, signal: null });

  const second = await startServer({ DATA_DIR });
  const kept = await second.api.call('getSubscription', { id });
  expect(kept.subscription).toEqual(subscription);
  await endpoint.received(2, patienceMs);
  const shown = async () => {
    const found = await second.api.call('getDelivery', { id: delivery_id! });
    return found.delivery.status === 'delivered' ? found : undefined;
  };
  const { attempts } = await until('the delivery is delivered', shown, patienceMs);
  expect(attempts).toHaveLength(2);
});

test.each([
  { signals: ['SIGINT'] },
  { signals: ['SIGTERM'] },
  // One Ctrl-C, from the terminal and passed on by npm.
  { signals: ['SIGINT', 'SIGINT'] },
] as const)('$signals finishes the attempt that runs', async ({ signals }) => {
  const DATA_DIR = await newDataDirectory();
  const receiver = await newReceiver();
  const endpoint = receiver.endpoint({ delayMs: 1_500 });
  const server = await startServer({ DATA_DIR });
  const { subscription } = await server.api.call('createSubscription', {
    body: { target_url: endpoint.url },
  });
  const { id } = subscription;
  const { delivery_id } = await server.api.call('ingest', { id, body: { n: 1 } });
  await endpoint.received(1, patienceMs);
  for (const signal of signals) {
    void server.stop(signal);
    const hears = () => (server.output().includes('Finishing work in progress') ? true : undefined);
    await until('it hears the signal', hears, patienceMs);
  }
  expect(await server.ended).toEqual({ code: 0, signal: null });

  const again = await startServer({ DATA_DIR });
  const { delivery } = await again.api.call('getDelivery', { id: delivery_id! });
  expect(delivery).toMatchObject({ status: 'delivered', attempt_count: 1 });
  expect(endpoint.requests).toHaveLength(1);
});

test('a receiver that hangs does not hold up the end, and gets the event after it', async () => {
  const DATA_DIR = await newDataDirectory();
  const receiver = await newReceiver();
  const endpoint = receiver.endpoint({ instead: 'hang' }, {});
  const server = await startServer({ DATA_DIR, DELIVERY_TIMEOUT_MS: '30000' });
  const { subscription } = await server.api.call('createSubscription', {
    body: { target_url: endpoint.url },
  });
  await server.api.call('ingest', { id: subscription.id, body: { n: 1 } });
  await endpoint.received(1, patienceMs);
  const askedAt = Date.now();
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  expect(Date.now() - askedAt).toBeLessThan(drainsWithinMs);

  await startServer({ DATA_DIR });
  const [first, second] = await endpoint.received(2, patienceMs);
  expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
}, 40_000);

test('a second Ctrl-C ends it at once', async () => {
  const receiver = await newReceiver();
  const endpoint = receiver.endpoint({ instead: 'hang' });
  const server = await startServer({ DATA_DIR: ':memory:' });
  const { subscription } = await server.api.call('createSubscription', {
    body: { target_url: endpoint.url },
  });
  await server.api.call('ingest', { id: subscription.id, body: { n: 1 } });
  await endpoint.received(1, patienceMs);
  const askedAt = Date.now();
  const ended = server.stop('SIGINT');
  const muchLater = () => (Date.now() - askedAt > 1_500 ? true : undefined);
  await until('the second is no echo of the first', muchLater, patienceMs);
  await server.stop('SIGINT');
  expect(await ended).toEqual({ code: 1, signal: null });
  expect(Date.now() - askedAt).toBeLessThan(5_000);
});
