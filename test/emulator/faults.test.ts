// The deployed functions, with AWS behind a proxy that makes faults: what was answered 202 is delivered all the same.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClients } from '../../lambdas/adapters/aws/clients.ts';
import { inOneLine, moodyAnswers, openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import { apiOf } from '../support/api.ts';
import { readWholeLedger } from '../support/ledger.ts';
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
const eventsUnretried = 12;
const eventsInOutage = 12;
const eventsAfter = 12;
/** Far below six function timeouts: nobody wants to wait so long for what failed. */
const visibilitySeconds = '10';

const retrySchedule = Array.from({ length: 15 }, () => 1);

/** Beyond the longest delay of the queue, where schedules fire. */
const longWaitSeconds = 4;

/** A fifth of all calls; the first rule that takes a call makes the fault. */
const badDay: Rule[] = [
  { fault: { kind: 'throttle' }, rate: 0.05 },
  { fault: { kind: 'server-error' }, rate: 0.05 },
  { fault: { kind: 'reset' }, rate: 0.03 },
  { fault: { kind: 'apply-then-reset' }, rate: 0.05 },
  { fault: { kind: 'delay', ms: 300 }, rate: 0.05 },
];

/** No attempt can be recorded: every message whose delivery needs no retry comes again. */
const noRecords: Rule = {
  service: 'dynamodb',
  operation: 'UpdateItem',
  fault: { kind: 'server-error' },
};

/** No retry can be asked for: every message whose attempt failed comes again. */
const noSends: Rule[] = [
  { service: 'scheduler', fault: { kind: 'server-error' } },
  { service: 'sqs', fault: { kind: 'throttle' } },
];

/** Slow, so that the attempts end when the queue takes nothing any more. */
const slowFailure = { status: 500, delayMs: 2_000 };

const outage: Rule = { service: 'dynamodb', fault: { kind: 'server-error' } };

const target = targetSettings.parse({ ...process.env, BASE_URL: process.env['STACK_URL'] });
const api = apiOf(target);
const emulator = process.env['AWS_ENDPOINT_URL'] ?? '';
const { sqs } = openClients();
/** What a long wait is asked of. */
const waitsBy = target.SCHEDULER_WAIT_SECONDS === undefined ? 'sqs' : 'scheduler';
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

/** Publishes to the books' subscription; returns how many events were accepted. */
async function publish(books: Books, count: number): Promise<number> {
  const before = books.accepted.length;
  const share = async () => {
    for (let n = 0; n < count / publishers; n += 1) {
      const reply = await books.publish(api);
      expect([202, 503]).toContain(reply?.status);
    }
  };
  await Promise.all(Array.from({ length: publishers }, share));
  return books.accepted.length - before;
}

/** From now on until the rules have made some faults of a service: others may have work for it at the same time. */
async function followFor(
  rules: Rule[],
  { service, faults }: { service: string; faults: number },
  meanwhile = () => Promise.resolve(),
) {
  const count = () => proxy.injected.filter((fault) => fault.service === service).length;
  const wanted = count() + faults;
  proxy.follow(...rules);
  await meanwhile();
  const areMade = () => (count() >= wanted ? true : undefined);
  await until(`${faults} faults of ${service}`, areMade, target.PATIENCE_MS);
}

test('what is accepted while calls of AWS fail is delivered', async () => {
  const deadBefore = await countDeadLetters(sqs, queueUrl);
  const moody = await openBooks(api, receiver, {
    answers: moodyAnswers(2 * eventsInFaults),
    retrySchedule,
  });
  const failing = await openBooks(api, receiver, {
    answers: [...Array.from({ length: eventsUnretried }, () => slowFailure), {}],
    retrySchedule: [longWaitSeconds, ...retrySchedule],
  });

  proxy.follow(...badDay);
  // Calls are tried again, so most of a bad day goes well.
  expect(await publish(moody, eventsInFaults)).toBeGreaterThan(eventsInFaults / 2);
  const unrecorded = { service: 'dynamodb', faults: 2 * eventsUnrecorded };
  await followFor([noRecords], unrecorded, async () => {
    expect(await publish(moody, eventsUnrecorded)).toBeGreaterThan(0);
  });
  proxy.follow();
  expect(await publish(failing, eventsUnretried)).toBe(eventsUnretried);
  await followFor(noSends, { service: waitsBy, faults: eventsUnretried });
  proxy.follow(outage);
  expect(await publish(moody, eventsInOutage)).toBe(0);
  proxy.follow();
  expect(await publish(moody, eventsAfter)).toBe(eventsAfter);
  for (const books of [moody, failing]) await books.settled(api, target.PATIENCE_MS);

  const balance = await moody.balance(api);
  const figures = { ...balance, faults: proxy.injected.length, calls: proxy.calls.length };
  console.log(inOneLine('AWS behind a faulting proxy', figures));
  expect(balance).toMatchObject({ delivered: moody.accepted.length, undelivered: 0, stuck: 0 });
  expect(balance.duplicates).toBeGreaterThan(0);
  expect(balance.duplicates).toBeLessThanOrEqual(proxy.injected.length);
  const unretried = await failing.balance(api);
  expect(unretried).toMatchObject({ delivered: eventsUnretried, undelivered: 0, stuck: 0 });
  expect((await readWholeLedger(api)).missing).toEqual([]);
  const services = new Set(proxy.injected.map(({ service }) => service));
  expect([...services]).toEqual(expect.arrayContaining(['dynamodb', 'sqs', waitsBy]));
  expect(await countDeadLetters(sqs, queueUrl)).toBe(deadBefore);
}, 120_000);
