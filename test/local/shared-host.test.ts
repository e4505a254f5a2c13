// Many subscriptions to one host, as at a gateway or a chat service: those whose paths hang take nothing from the others.
import { expect, test } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { until } from '../support/until.ts';
import { newDataDirectory, newReceiver, patienceMs, startServer } from './setup.ts';

const hangingPaths = 4;
const eventsEach = limits.localInFlightPerSubscriptionMax + 5;

test('four hanging paths of a host burn no attempt of a fifth, and none of their own for want of a place', async () => {
  const { api } = await startServer({ DATA_DIR: await newDataDirectory() });
  const receiver = await newReceiver();
  const subscribe = async (target_url: string) => {
    const body = { target_url, timeout_ms: limits.deliveryTimeoutMsMax, retry_schedule: [1, 1] };
    return (await api.call('createSubscription', { body })).subscription.id;
  };
  const hanging = Array.from({ length: hangingPaths }, () =>
    receiver.endpoint({ instead: 'hang' }),
  );
  for (const { url } of hanging) {
    const id = await subscribe(url);
    for (let n = 0; n < eventsEach; n += 1) await api.call('ingest', { id, body: { n } });
  }
  await Promise.all(
    hanging.map((path) => path.received(limits.localUntestedInFlightMax, patienceMs)),
  );

  const working = receiver.endpoint();
  const id = await subscribe(working.url);
  const accepted = await Promise.all(
    Array.from({ length: 5 }, (_, n) => api.call('ingest', { id, body: { n } })),
  );
  await working.received(accepted.length, patienceMs);
  for (const { delivery_id } of accepted) {
    const { attempts } = await until(
      'the delivery has ended',
      async () => {
        const found = await api.call('getDelivery', { id: delivery_id! });
        return found.delivery.status === 'delivered' ? found : undefined;
      },
      patienceMs,
    );
    expect(attempts).toHaveLength(1);
  }
  // What hangs has not even made its first attempt.
  const { deliveries } = await api.call('listDeliveries', {
    query: { status: 'pending', limit: 1 },
  });
  expect(deliveries).toHaveLength(1);
  const { deliveries: failed } = await api.call('listDeliveries', {
    query: { status: 'retrying' },
  });
  expect(failed).toEqual([]);
});
