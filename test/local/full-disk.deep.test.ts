// A disk that is full: nothing is promised that cannot be kept, and all goes on when there is space again.
import { expect, test } from 'vitest';
import type { Api } from '../support/api.ts';
import { until } from '../support/until.ts';
import { readWholeLedger } from '../support/ledger.ts';
import { inOneLine, openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import { newDataDirectory, newReceiver, patienceMs, startServer } from './setup.ts';
import { fileSizeLimit, smallFileSystem } from './small-disk.ts';

const eventsBefore = 100;
const eventsUntilFullMax = 5_000;
const eventsWhileFull = 50;
const endsWithinMs = 40_000;
const retrySchedule = Array.from({ length: 20 }, () => 1);
const answers = [{ delayMs: 300 }];

/** Publishes until the first refusal: what the files have in reserve may hold a little more. */
async function publishUntilRefused(books: Books, api: Api) {
  for (let n = 0; n < eventsUntilFullMax; n += 1) {
    const reply = await books.publish(api);
    if (reply?.status !== 202) return reply;
  }
  throw new Error('The disk never was full');
}

/** Where neither way can be taken, as on a system that is not Linux, nothing of this can be tried. */
const ways = [fileSizeLimit, smallFileSystem].filter(({ isPossible }) => isPossible);
const unavailable = { status: 503, json: { code: 'unavailable' } };

test.each(ways)(
  'with $way the server refuses what it cannot store, and goes on when there is space',
  async ({ way, start }) => {
    const receiver = await newReceiver();
    const { server, queue, fill, free } = await start();
    const { api } = server;
    const books = await openBooks(api, receiver, { answers, retrySchedule });
    const publish = (count: number) =>
      Promise.all(Array.from({ length: count }, () => books.publish(api)));
    await publish(eventsBefore);

    fill();
    expect(await publishUntilRefused(books, api)).toMatchObject(unavailable);
    const atFirst = queue().inFlight;
    for (const reply of await publish(eventsWhileFull)) expect(reply).toMatchObject(unavailable);
    expect(await api.ask('getHealth')).toMatchObject(unavailable);
    // What needs no space goes on.
    const { status } = await api.ask('listDeliveries');
    expect(status).toBe(200);

    const hasMissed = () => server.output().includes('"message.failed"') || undefined;
    await until('an attempt could not be recorded', hasMissed, patienceMs);
    const inFlight = new Set([...atFirst, ...queue().inFlight].map(({ id }) => id));

    free();
    const isWell = async () => (await api.ask('getHealth')).status === 200 || undefined;
    await until('the service is well again', isWell, patienceMs);
    const accepted = books.accepted.length;
    await publish(eventsWhileFull);
    expect(books.accepted.length - accepted).toBe(eventsWhileFull);
    await books.settled(api, endsWithinMs);

    const balance = await books.balance(api);
    console.log(
      inOneLine(`Full disk, by ${way}`, { ...balance, 'in flight when full': inFlight.size }),
    );
    expect(balance).toMatchObject({
      delivered: books.accepted.length,
      undelivered: 0,
      stuck: 0,
    });
    expect(await readWholeLedger(api)).toMatchObject({ open: 0, missing: [] });
    expect(balance.duplicates).toBeLessThanOrEqual(inFlight.size);
    for (const [id, count] of balance.unrecorded) {
      expect({ id, count, wasInFlight: inFlight.has(id) }).toEqual({
        id,
        count: 1,
        wasInFlight: true,
      });
    }
    expect(queue()).toMatchObject({ deadLetters: 0 });
  },
  90_000,
);

test.runIf(fileSizeLimit.isPossible)(
  'a server that starts on a full disk says so in one sentence, and loses nothing',
  async () => {
    const DATA_DIR = await newDataDirectory();
    const receiver = await newReceiver();
    const killed = await startServer({ DATA_DIR });
    const books = await openBooks(killed.api, receiver, { answers, retrySchedule });
    await books.publish(killed.api);
    await killed.stop('SIGKILL');

    const refused = startServer({ DATA_DIR }, { wrapper: ['prlimit', '--fsize=0:'] });
    await expect(refused).rejects.toThrow(/ended:\nThe data \w+ .* cannot be (used|written).*\n$/);

    const { api } = await startServer({ DATA_DIR });
    await books.settled(api, endsWithinMs);
    expect(await books.balance(api)).toMatchObject({ accepted: 1, delivered: 1 });
  },
  30_000,
);
