// What has ended is kept for the retention, then gone: from every read at once, from the file with the next sweep.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { newDataDirectory, newReceiver, patienceMs, startServer } from './setup.ts';

const hourMs = 3_600_000;

test('a delivery is gone after the retention', async () => {
  const DATA_DIR = await newDataDirectory();
  const environment = { DATA_DIR, RETENTION_HOURS: '2' };
  const receiver = await newReceiver();
  const endpoint = receiver.endpoint({}, {}, { status: 500 });
  const first = await startServer(environment);
  const { subscription } = await first.api.call('createSubscription', {
    body: { target_url: endpoint.url, retry_schedule: [600] },
  });
  const ids: string[] = [];
  for (const status of ['delivered', 'delivered', 'retrying']) {
    const { delivery_id: id } = await first.api.call('ingest', { id: subscription.id, body: {} });
    const ended = async () => {
      const { delivery } = await first.api.call('getDelivery', { id: id! });
      return delivery.status === status ? true : undefined;
    };
    await until(`the delivery is ${status}`, ended, patienceMs);
    ids.push(id!);
  }
  const [kept, expired, open] = ids;
  await first.stop();

  const path = join(DATA_DIR, 'webhooks.sqlite');
  const writing = new DatabaseSync(path);
  const row = writing.prepare('SELECT * FROM deliveries WHERE id = ?').get(expired!)!;
  expect(Number(row['expires_at'])).toBe(Number(row['completed_at']) + 2 * hourMs);
  expect(writing.prepare('SELECT * FROM deliveries WHERE id = ?').get(open!)).toMatchObject({
    expires_at: null,
  });
  // As if two hours had passed for one of them.
  writing.prepare('UPDATE deliveries SET expires_at = ? WHERE id = ?').run(Date.now(), expired!);
  writing.close();

  const { api } = await startServer(environment);
  await api.refused('not-found', 'getDelivery', { id: expired! });
  await api.refused('not-found', 'retryDelivery', { id: expired! });
  const { deliveries } = await api.call('listDeliveries');
  expect(deliveries.map(({ id }) => id)).toEqual([open, kept]);

  const reading = new DatabaseSync(path, { readOnly: true });
  const rowsOf = (table: string, column: string) =>
    Number(
      reading.prepare(`SELECT count(*) AS rows FROM ${table} WHERE ${column} = ?`).get(expired!)![
        'rows'
      ],
    );
  const swept = () => (rowsOf('deliveries', 'id') === 0 ? true : undefined);
  await until('the row is swept', swept, patienceMs);
  expect(rowsOf('bodies', 'delivery_id') + rowsOf('attempts', 'delivery_id')).toBe(0);
  reading.close();
});
