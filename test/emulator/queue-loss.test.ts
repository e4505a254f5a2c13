// The deployed functions beside a queue that forgets: purged under load, and with its group of schedules deleted. What was
// accepted is recovered all the same.
import {
  CreateScheduleGroupCommand,
  DeleteScheduleGroupCommand,
  ListSchedulesCommand,
} from '@aws-sdk/client-scheduler';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClients } from '../../lambdas/adapters/aws/clients.ts';
import { apiOf } from '../support/api.ts';
import type { Books } from '../support/books.ts';
import { inOneLine, openBooks } from '../support/books.ts';
import { readWholeLedger } from '../support/ledger.ts';
import type { Receiver } from '../support/receiver.ts';
import { startReceiver } from '../support/receiver.ts';
import { targetSettings } from '../support/target.ts';
import { until } from '../support/until.ts';
import { functionsOf, invoke } from './functions.ts';

const publishers = 6;
const events = 60;
/** Beyond the longest delay of the queue: it is left to EventBridge Scheduler. */
const longWaitSeconds = 15;

const target = targetSettings.parse({ ...process.env, BASE_URL: process.env['STACK_URL'] });
const api = apiOf(target);
const emulator = process.env['AWS_ENDPOINT_URL'] ?? '';
const { sqs, scheduler } = openClients();
let receiver: Receiver;
let variables: Readonly<Record<string, string>> = {};
let checkName = '';

beforeAll(async () => {
  receiver = await startReceiver({ host: target.RECEIVER_HOST });
  for (const [name, found] of await functionsOf(emulator, process.env['EVENT_BUS_NAME'] ?? '')) {
    variables = { ...variables, ...found };
    if (name.includes('Ledger')) checkName = name;
  }
});

afterAll(() => receiver.close());

async function publishTo(books: Books, count: number): Promise<void> {
  const share = async () => {
    for (let n = 0; n < count / publishers; n += 1) {
      expect((await books.publish(api))?.status).toBe(202);
    }
  };
  await Promise.all(Array.from({ length: publishers }, share));
}

/** Whoever knows that the queue forgot asks until nothing is open any more. */
async function recoverUntilSettled(books: Books): Promise<number> {
  let recovered = 0;
  const recover = async () => {
    const answer = await api.call('recoverLedger', { body: { late_seconds: 0 } });
    recovered += answer.overdue;
    try {
      await books.settled(api, 1_000);
      return true;
    } catch {
      return undefined;
    }
  };
  await until('all is recovered', recover, 2 * target.PATIENCE_MS);
  return recovered;
}

test('what a purged queue forgot is recovered', async () => {
  const books = await openBooks(api, receiver, {
    answers: [{ status: 500, delayMs: 500 }, { delayMs: 500 }],
    retrySchedule: [1, 1, 1, 1, 1],
  });
  const publishing = publishTo(books, events);
  await until(
    'some is accepted',
    () => (books.accepted.length >= events / 2 ? true : undefined),
    target.PATIENCE_MS,
  );
  await sqs.send(new PurgeQueueCommand({ QueueUrl: variables['QUEUE_URL'] }));
  await publishing;
  await sqs.send(new PurgeQueueCommand({ QueueUrl: variables['QUEUE_URL'] })).catch(() => {});

  const recovered = await recoverUntilSettled(books);

  const balance = await books.balance(api);
  console.log(inOneLine('a purged queue', { ...balance, recovered }));
  expect(recovered).toBeGreaterThan(0);
  expect(balance).toMatchObject({ delivered: books.accepted.length, undelivered: 0, stuck: 0 });
  expect(await invoke(emulator, checkName)).toBeNull();
  expect((await readWholeLedger(api)).missing).toEqual([]);
}, 180_000);

test.runIf(target.SCHEDULER_WAIT_SECONDS !== undefined)(
  'what a deleted group of schedules forgot is recovered, and new waits go by the queue',
  async () => {
    const GroupName = variables['SCHEDULE_GROUP'];
    const openOne = () =>
      openBooks(api, receiver, {
        answers: [...Array.from({ length: publishers }, () => ({ status: 500 })), {}],
        retrySchedule: [longWaitSeconds],
      });
    const before = await openOne();
    await publishTo(before, publishers);
    const areScheduled = async () => {
      const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({ GroupName }));
      return Schedules.length >= publishers ? true : undefined;
    };
    await until('the retries are scheduled', areScheduled, target.PATIENCE_MS);

    await scheduler.send(new DeleteScheduleGroupCommand({ Name: GroupName }));
    try {
      const after = await openOne();
      await publishTo(after, publishers);
      await after.settled(api, 2 * target.PATIENCE_MS);
      const recovered = await recoverUntilSettled(before);

      const figures = { ...(await before.balance(api)), recovered };
      console.log(inOneLine('a deleted group of schedules', figures));
      for (const books of [before, after]) {
        const balance = await books.balance(api);
        expect(balance).toMatchObject({ delivered: publishers, undelivered: 0, stuck: 0 });
      }
      expect(recovered).toBeGreaterThan(0);
    } finally {
      await scheduler.send(new CreateScheduleGroupCommand({ Name: GroupName }));
    }
  },
  300_000,
);
