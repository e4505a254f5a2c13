// kill -9 under load: every delivery that was answered with 202 ends delivered. Some may come twice; they are counted.
import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { newDataDirectory, newReceiver, startServer } from './setup.ts';

const publishers = 20;
const killAfter = 300;
const endsWithinMs = 30_000;

test('a killed server loses nothing that it accepted', async () => {
  const DATA_DIR = await newDataDirectory();
  const receiver = await newReceiver();
  const endpoint = receiver.endpoint({ delayMs: 50 });
  const killed = await startServer({ DATA_DIR });
  const { subscription } = await killed.api.call('createSubscription', {
    body: { target_url: endpoint.url },
  });
  const accepted: string[] = [];
  let refused = 0;

  /** Publishes until the server is gone. */
  async function publish(): Promise<void> {
    for (;;) {
      try {
        const body = { n: accepted.length };
        const reply = await killed.api.ask('ingest', { id: subscription.id, body });
        const { delivery_id } = reply.json as { delivery_id?: string };
        if (reply.status === 202 && delivery_id !== undefined) accepted.push(delivery_id);
        else refused += 1;
        if (accepted.length === killAfter) void killed.stop('SIGKILL');
      } catch {
        return;
      }
    }
  }

  await Promise.all(Array.from({ length: publishers }, publish));
  expect(refused).toBe(0);
  expect(accepted.length).toBeGreaterThanOrEqual(killAfter);
  const beforeRestart = endpoint.requests.length;

  const { api } = await startServer({ DATA_DIR });
  const receivedIds = () => endpoint.requests.map(({ headers }) => headers['webhook-id']!);
  const allCame = () => {
    const came = new Set(receivedIds());
    return accepted.every((id) => came.has(id)) ? true : undefined;
  };
  await until('every accepted event has come', allCame, endsWithinMs);
  for (const id of accepted) {
    const ended = async () => {
      const { delivery } = await api.call('getDelivery', { id });
      return delivery.status === 'delivered' ? true : undefined;
    };
    await until(`${id} is delivered`, ended, endsWithinMs);
  }
  const duplicates = receivedIds().length - new Set(receivedIds()).size;
  console.log(
    `kill -9: ${accepted.length} accepted, ${beforeRestart} sent before it, ${duplicates} sent twice`,
  );
}, 90_000);
