// Dead letters from outside: nothing healthy is among them, and sending them again does nothing that was done. How
// poison gets there is told by tests that can put it on the queue.
import { expect, test } from 'vitest';
import { api, deliveryInStatus, ingest, subscribe } from './setup.ts';

test('a delivery that failed for good is no dead letter, and redriving sends nothing again', async () => {
  const { id } = await subscribe({ retry_schedule: [] }, { status: 500 });
  const failed = await ingest(id);
  const { id: healthy, endpoint } = await subscribe();
  const delivered = await ingest(healthy);
  await deliveryInStatus(failed, 'failed');
  await deliveryInStatus(delivered, 'delivered');

  const { dead_letters: letters } = await api.call('listDeadLetters', { query: { limit: 100 } });
  expect(letters.filter(({ body }) => body.includes(failed) || body.includes(delivered))).toEqual(
    [],
  );

  const body = { ids: ['ltr_0123456789abcdef012345678', failed] };
  const { redriven, skipped } = await api.call('redriveDeadLetters', { body });
  expect(redriven).toBe(0);
  expect(skipped).toEqual(body.ids.map((letter) => ({ id: letter, reason: 'not_found' })));
  expect(endpoint.requests).toHaveLength(1);
});
