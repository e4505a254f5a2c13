// Poison in the file of a local server: it becomes a dead letter with its reason, and can be sent again over the API.
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { newDataDirectory, newReceiver, startServer } from './setup.ts';

const endsWithinMs = 10_000;

test('poison is buried with its reason while others go on, and what can be read is sent again', async () => {
  const DATA_DIR = await newDataDirectory();
  const receiver = await newReceiver();
  const endpoint = receiver.endpoint();
  const first = await startServer({ DATA_DIR });
  const body = { target_url: endpoint.url };
  const { subscription } = await first.api.call('createSubscription', { body });
  const event = { id: subscription.id, body: { n: 1 } };
  const { delivery_id: delivered = '' } = await first.api.call('ingest', event);
  const come = () => (endpoint.requests.length >= 1 ? true : undefined);
  await until('the first event has come', come, endsWithinMs);
  await first.stop();

  const attempt = { version: 1, kind: 'attempt', tenant: 'default', deliveryId: delivered };
  const again = JSON.stringify({
    ...attempt,
    cycle: 1,
    attempt: 1,
    turn: 'x',
    sentAt: 1,
    dueAt: 1,
  });
  putOnQueue(DATA_DIR, { body: '{"cut": "off', receives: 0 }, { body: again, receives: 5 });

  const { api, output } = await startServer({ DATA_DIR });
  await api.call('ingest', event);
  const buried = async () => {
    const { dead_letters: letters } = await api.call('listDeadLetters');
    return letters.length === 2 && endpoint.requests.length === 2 ? letters : undefined;
  };
  const letters = await until(
    'both are dead letters, and the second event has come',
    buried,
    endsWithinMs,
  );
  expect(new Map(letters.map(({ reason, body: text }) => [reason, text]))).toEqual(
    new Map([
      ['unreadable', '{"cut": "off'],
      ['failed', again],
    ]),
  );
  expect(output().match(/"message":"message\.dead"/g)).toHaveLength(2);

  const done = await api.call('redriveDeadLetters', { body: {} });
  expect(done).toMatchObject({ redriven: 1, skipped: [{ reason: 'unreadable' }] });
  const skip = () => (output().includes('"delivery.skipped"') ? true : undefined);
  await until('its message was received, and skipped', skip, endsWithinMs);
  expect(endpoint.requests).toHaveLength(2);
  const { dead_letters: left } = await api.call('listDeadLetters', {
    query: { redriven: 'false' },
  });
  expect(left.map(({ reason }) => reason)).toEqual(['unreadable']);
}, 60_000);

/** As it would lie there after so many receives. */
function putOnQueue(directory: string, ...messages: { body: string; receives: number }[]): void {
  const database = new DatabaseSync(join(directory, 'webhooks.sqlite'));
  const insert = database.prepare(
    `INSERT INTO queue_messages (subscription_id, body, sent_at, visible_at, ready, receive_count)
     VALUES ('sub_x', ?, 1, 1, 1, ?)`,
  );
  for (const { body, receives } of messages) insert.run(body, receives);
  database.close();
}
