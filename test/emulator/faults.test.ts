// The deployed functions, with AWS behind a proxy that makes faults: what was answered 202 is delivered all the same.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClients } from '../../lambdas/adapters/aws/clients.ts';
import { inOneLine, moodyAnswers, openBooks } from '../local/books.ts';
import { apiOf } from '../support/api.ts';
import type { Receiver } from '../support/receiver.ts';
import { startReceiver } from '../support/receiver.ts';
import { targetSettings } from '../support/target.ts';
import { until } from '../support/until.ts';
import type { FaultingProxy, Rule } from './faulting-proxy.ts';
import { startFaultingProxy } from './faulting-proxy.ts';
import {
  countDeadLetters,
  functionsOf,
  setVariables,
  setVisibilityTimeout,
  variablesFor,
} from './functions.ts';

const publishers = 6;
const eventsInFaults = 48;
const eventsUnrecorded = 12;
const eventsInOutage = 12;
const eventsAfter = 12;
/** Far below six function timeouts: nobody wants to wait so long for what failed. */
const visibilitySeconds = '10';

/** The second wait is beyond the longest delay of the queue, and is left to EventBridge Scheduler. */
const retrySchedule = [1, 4, ...Array.from({ length: 15 }, () => 1)];

/** A fifth of all calls; the first rule that takes a call makes the fault. */
const badDay: Rule[] = [
  { fault: { kind: 'throttle' }, rate: 0.05 },
  { fault: { kind: 'server-error' }, rate: 0.05 },
  { fault: { kind: 'reset' }, rate: 0.03 },
  { fault: { kind: 'apply-then-reset' }, rate: 0.05 },
  { fault: { kind: 'delay', ms: 300 }, rate: 0.05 },
  { service: 'scheduler', fault: { kind: 'apply-then-reset' }, rate: 0.5 },
];

/** No attempt can be recorded: every message whose delivery needs no retry comes again. */
const noRecords: Rule = {
  service: 'dynamodb',
  operation: 'UpdateItem',
  fault: { kind: 'server-error' },
};

const outage: Rule = { service: 'dynamodb', fault: { kind: 'server-error' } };

const target = targetSettings.parse({ ...process.env, BASE_URL: process.env['STACK_URL'] });
const api = apiOf(target);
const emulator = process.env['AWS_ENDPOINT_URL'] ?? '';
const { sqs } = openClients();
let receiver: Receiver;
let proxy: FaultingProxy;
let queueUrl: string;
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  receiver = await startReceiver({ host: target.RECEIVER_HOST });
  proxy = await startFaultingProxy(emulator);
  undo.push(
    () => receiver.close(),
    () => proxy.close(),
  );
  const functions = await functionsOf(emulator, process.env['EVENT_BUS_NAME'] ?? '');
  for (const [name, variables] of functions) {
    await setVariables(emulator, name, variablesFor(proxy.url, variables));
    undo.push(() => setVariables(emulator, name, variables));
    queueUrl = variables['QUEUE_URL'] ?? queueUrl;
  }
  const before = await setVisibilityTimeout(sqs, queueUrl, visibilitySeconds);
  undo.push(() => setVisibilityTimeout(sqs, queueUrl, before));
}, 30_000);

afterAll(async () => {
  // The functions leave the proxy before it closes.
  for (const step of undo.toReversed()) await step();
});

test('what is accepted while calls of AWS fail is delivered', async () => {
  const deadBefore = await countDeadLetters(sqs, queueUrl);
  const answers = moodyAnswers(2 * eventsInFaults);
  const books = await openBooks(api, receiver, { answers, retrySchedule });
  const statuses: number[] = [];
  /** How many of them are accepted. */
  const publish = async (count: number) => {
    const before = books.accepted.length;
    const share = async () => {
      for (let n = 0; n < count / publishers; n += 1) {
        statuses.push((await books.publish(api))?.status ?? 0);
      }
    };
    await Promise.all(Array.from({ length: publishers }, share));
    return books.accepted.length - before;
  };

  proxy.follow(...badDay);
  const onBadDay = await publish(eventsInFaults);
  proxy.follow(noRecords);
  const failedBefore = proxy.injected.length;
  const unrecorded = await publish(eventsUnrecorded);
  const haveFailed = () =>
    proxy.injected.length - failedBefore >= 2 * eventsUnrecorded ? true : undefined;
  await until('the records of attempts have failed', haveFailed, target.PATIENCE_MS);
  proxy.follow(outage);
  const inOutage = await publish(eventsInOutage);
  proxy.follow();
  const afterwards = await publish(eventsAfter);
  await books.settled(api, target.PATIENCE_MS);

  const balance = await books.balance(api);
  const figures = { ...balance, faults: proxy.injected.length, calls: proxy.calls.length };
  console.log(inOneLine('AWS behind a faulting proxy', figures));
  expect(statuses.filter((status) => ![202, 503].includes(status))).toEqual([]);
  // Calls are tried again, so most of a bad day goes well.
  expect(onBadDay).toBeGreaterThan(eventsInFaults / 2);
  expect({ unrecorded, inOutage, afterwards }).toEqual({
    unrecorded: eventsUnrecorded,
    inOutage: 0,
    afterwards: eventsAfter,
  });
  expect(balance).toMatchObject({ delivered: books.accepted.length, undelivered: 0, stuck: 0 });
  expect(balance.duplicates).toBeGreaterThan(0);
  expect(balance.duplicates).toBeLessThanOrEqual(proxy.injected.length);
  const services = new Set(proxy.injected.map(({ service }) => service));
  expect([...services]).toEqual(expect.arrayContaining(['dynamodb', 'sqs', 'scheduler']));
  expect(await countDeadLetters(sqs, queueUrl)).toBe(deadBefore);
}, 120_000);
