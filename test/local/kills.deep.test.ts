// kill -9 under a backlog, many times in a row, on one data directory. `kill.deep.test.ts` looks at a single one.
import { expect, test } from 'vitest';
import { readWholeLedger } from '../support/ledger.ts';
import { countById, inOneLine, moodyAnswers, openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import { readQueue } from './data-file.ts';
import type { Queue } from './data-file.ts';
import { newDataDirectory, newReceiver, startServer } from './setup.ts';
import type { RunningServer } from './setup.ts';

const kills = 20;
const publishers = 12;
const eventsPerPublisher = 8;
const doomedPerRound = 2;
const killsWithinMs = 800;
const endsWithinMs = 40_000;

/** Long enough that nothing well exhausts it by bad luck. */
const longSchedule = Array.from({ length: 20 }, () => 1);

/** Every publisher goes on until it has published its share, or the server is gone. */
async function publish({ api }: RunningServer, moody: Books, doomed: Books): Promise<void> {
  const share = async () => {
    for (let n = 0; n < eventsPerPublisher; n += 1) {
      if ((await moody.publish(api)) === null) return;
    }
  };
  const few = Array.from({ length: doomedPerRound }, () => doomed.publish(api));
  await Promise.all([...few, ...Array.from({ length: publishers }, share)]);
}

async function killAtRandom(server: RunningServer): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, killsWithinMs * Math.random()));
  expect(await server.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
}

test('a server killed twenty times under a backlog delivers all that it accepted', async () => {
  const DATA_DIR = await newDataDirectory();
  const receiver = await newReceiver();
  const first = await startServer({ DATA_DIR });
  const moody = await openBooks(first.api, receiver, {
    answers: moodyAnswers(2 * kills * publishers * eventsPerPublisher),
    retrySchedule: longSchedule,
  });
  const doomed = await openBooks(first.api, receiver, {
    answers: [{ status: 500 }],
    retrySchedule: [1, 1],
  });

  const atKills: Queue[] = [];
  for (let round = 0; round < kills; round += 1) {
    const server = round === 0 ? first : await startServer({ DATA_DIR });
    await Promise.all([publish(server, moody, doomed), killAtRandom(server)]);
    atKills.push(readQueue(DATA_DIR));
  }
  const last = await startServer({ DATA_DIR });
  for (const books of [moody, doomed]) await books.settled(last.api, endsWithinMs);

  const inFlight = atKills.flatMap((queue) => queue.inFlight);
  const inFlightOf = countById(inFlight);
  const balance = await moody.balance(last.api);
  console.log(
    inOneLine(`kill -9, ${kills} times`, {
      ...balance,
      'in flight at kills': inFlight.length,
      'waiting at kills': atKills.reduce((sum, { waiting }) => sum + waiting, 0),
    }),
  );
  expect(balance).toMatchObject({
    delivered: moody.accepted.length,
    undelivered: 0,
    stuck: 0,
  });
  expect(inFlight.length, 'the kills came under load').toBeGreaterThan(kills);
  expect(balance.duplicates).toBeLessThanOrEqual(inFlight.length);

  const ledger = await readWholeLedger(last.api);
  expect(ledger).toMatchObject({ open: 0, missing: [] });
  expect(ledger.accepted).toBeGreaterThanOrEqual(moody.accepted.length + doomed.accepted.length);

  const failed = await doomed.balance(last.api);
  expect(failed).toMatchObject({ exhausted: doomed.accepted.length, undelivered: 0, stuck: 0 });
  expect(doomed.accepted.length).toBeGreaterThan(0);

  for (const [id, count] of [...balance.unrecorded, ...failed.unrecorded]) {
    expect(count, `requests for ${id} without a kill`).toBeLessThanOrEqual(inFlightOf.get(id) ?? 0);
  }
  // What may still wait are messages of events that nobody was told are accepted.
  await last.stop();
  expect(readQueue(DATA_DIR)).toMatchObject({ inFlight: [], deadLetters: 0 });
}, 150_000);
