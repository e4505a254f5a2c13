// A server that stands still for longer than the lease of its messages: a suspended laptop, a paused machine. When it goes
// on, all that was in flight is late twice over: its attempt is beyond its deadline, and its message is free again.
import { expect, test } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { readWholeLedger } from '../support/ledger.ts';
import { countById, inOneLine, moodyAnswers, openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import { readQueue } from './data-file.ts';
import { newDataDirectory, newReceiver, patienceMs, startServer } from './setup.ts';
import type { RunningServer } from './setup.ts';
import { until } from '../support/until.ts';

const freezes = 2;
const eventsPerFreeze = 90;
const deliveryTimeoutMs = 1_000;
/** Much more than an attempt takes, so that a busy machine ends none while the server runs. */
const leaseMs = 7_000;
const frozenMs = 8_000;
/** A batch whose lease is being committed is not in the file yet, and its lease is over when the server goes on. */
const beingReceivedMax = freezes * limits.queueBatchSize;
const endsWithinMs = 40_000;
const retrySchedule = Array.from({ length: 20 }, () => 1);

/** Stops the process as soon as the receiver is at some of its requests; returns what was in flight. */
async function freeze({ pid }: RunningServer, data: string, books: Books) {
  const before = books.requestCount();
  const isBusy = () => books.requestCount() >= before + eventsPerFreeze / 4 || undefined;
  await until('requests are in flight', isBusy, patienceMs);
  process.kill(pid, 'SIGSTOP');
  const { inFlight } = readQueue(data);
  await new Promise((resolve) => setTimeout(resolve, frozenMs));
  process.kill(pid, 'SIGCONT');
  return inFlight;
}

test('a server frozen for longer than its leases goes on and delivers all that it accepted', async () => {
  const DATA_DIR = await newDataDirectory();
  const receiver = await newReceiver();
  const server = await startServer(
    { DATA_DIR, LEASE_MS: `${leaseMs}`, DELIVERY_TIMEOUT_MS: `${deliveryTimeoutMs}` },
    { script: 'test/local/short-lease.ts' },
  );
  const answers = moodyAnswers(2 * freezes * eventsPerFreeze);
  const books = await openBooks(server.api, receiver, { answers, retrySchedule });

  const inFlight: { id: string }[] = [];
  for (let round = 0; round < freezes; round += 1) {
    const events = Array.from({ length: eventsPerFreeze }, () => books.publish(server.api));
    const [frozen] = await Promise.all([freeze(server, DATA_DIR, books), ...events]);
    inFlight.push(...frozen);
  }
  await books.settled(server.api, endsWithinMs);

  const inFlightOf = countById(inFlight);
  const balance = await books.balance(server.api);
  const figures = { ...balance, 'in flight at freezes': inFlight.length };
  console.log(inOneLine(`SIGSTOP for ${frozenMs} ms, ${freezes} times`, figures));
  const accepted = freezes * eventsPerFreeze;
  expect(balance).toMatchObject({ accepted, delivered: accepted, undelivered: 0, stuck: 0 });
  expect(await readWholeLedger(server.api)).toMatchObject({ accepted, open: 0, missing: [] });
  expect(inFlight.length, 'the freezes came under load').toBeGreaterThan(freezes);
  expect(balance.duplicates).toBeLessThanOrEqual(inFlight.length + beingReceivedMax);
  const surplus = [...balance.unrecorded]
    .map(([id, count]) => count - (inFlightOf.get(id) ?? 0))
    .filter((count) => count > 0);
  expect(surplus, 'requests beyond attempts').toEqual(surplus.map(() => 1));
  expect(surplus.length).toBeLessThanOrEqual(beingReceivedMax);
  await server.stop();
  expect(readQueue(DATA_DIR)).toMatchObject({ inFlight: [], deadLetters: 0 });
}, 120_000);
