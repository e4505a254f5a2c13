// A queue that was emptied behind the service's back: what was accepted is asked for again, and delivered.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { inOneLine, openBooks } from '../support/books.ts';
import { readWholeLedger } from '../support/ledger.ts';
import { until } from '../support/until.ts';
import { newDataDirectory, newReceiver, patienceMs, startServer } from './setup.ts';

const events = 60;
const longWaitSeconds = 3_600;

function emptyQueue(dataDirectory: string): number {
  const database = new DatabaseSync(join(dataDirectory, 'webhooks.sqlite'));
  try {
    return Number(database.prepare('DELETE FROM queue_messages').run().changes);
  } finally {
    database.close();
  }
}

test('what an emptied queue forgot is recovered: nothing is lost', async () => {
  const DATA_DIR = await newDataDirectory();
  const receiver = await newReceiver();
  const stopped = await startServer({ DATA_DIR });
  // The endpoint is slow, so that most of it waits; what fails waits for an hour.
  const slow = await openBooks(stopped.api, receiver, {
    answers: [{ delayMs: 300 }],
    retrySchedule: [1, 1],
  });
  const failing = await openBooks(stopped.api, receiver, {
    answers: [{ status: 500 }, {}],
    retrySchedule: [longWaitSeconds],
  });
  for (let n = 0; n < events; n += 1) await slow.publish(stopped.api);
  await failing.publish(stopped.api);
  const hasFailed = async () => {
    const query = { status: 'retrying' };
    const { deliveries } = await stopped.api.call('listDeliveries', { query });
    return deliveries.length > 0 ? true : undefined;
  };
  await until('the first attempt is recorded as failed', hasFailed, patienceMs);
  await stopped.stop('SIGKILL');
  const lost = emptyQueue(DATA_DIR);
  expect(lost).toBeGreaterThan(0);

  const { api } = await startServer({ DATA_DIR });
  const counted = await api.call('recoverLedger', { body: { dry_run: true, late_seconds: 0 } });
  expect(counted.overdue).toBeGreaterThan(0);
  // The retry that is due in an hour is owed only then.
  const recovered = await api.call('recoverLedger', { body: { late_seconds: 0 } });
  expect(recovered).toMatchObject({ overdue: counted.overdue, next_cursor: null });
  await slow.settled(api, 3 * patienceMs);

  const balance = await slow.balance(api);
  console.log(inOneLine('an emptied queue', { ...balance, lost, recovered: recovered.overdue }));
  expect(balance).toMatchObject({ delivered: events, undelivered: 0, stuck: 0 });
  expect((await readWholeLedger(api)).missing).toEqual([]);
  expect((await failing.balance(api)).stuck).toBe(1);
}, 60_000);
