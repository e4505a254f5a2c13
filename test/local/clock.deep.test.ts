// A server whose clock is set while it runs: an hour ahead for a moment, or back by an hour. What it owes goes out in
// seconds all the same, and nothing goes out twice.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { readQueue } from './data-file.ts';
import { newDataDirectory, newReceiver, patienceMs, startServer } from './setup.ts';

const hourMs = 3_600_000;
const failing = { status: 500 };

async function setup() {
  const DATA_DIR = await newDataDirectory();
  const file = join(DATA_DIR, 'clock');
  /** Is seen at the server's next look at its clock. */
  const shift = (byMs: number) => writeFileSync(file, String(byMs));
  shift(0);
  const environment = { DATA_DIR, CLOCK_FILE: file };
  const start = () => startServer(environment, { script: 'test/local/shifted-clock.ts' });
  const server = await start();
  const receiver = await newReceiver();

  async function subscribe(endpoint: Endpoint, fields: object): Promise<() => Promise<string>> {
    const body = { target_url: endpoint.url, ...fields };
    const { subscription } = await server.api.call('createSubscription', { body });
    return async () => {
      const { delivery_id: id } = await server.api.call('ingest', {
        id: subscription.id,
        body: {},
      });
      return id!;
    };
  }

  /** The server has seen as many jumps. */
  const jumped = (count: number) =>
    until(
      `jump ${count}`,
      () => server.output().split('"clock.jumped"').length > count || undefined,
      patienceMs,
    );
  const attempted = (id: string, status: string) =>
    until(
      `a delivery is ${status}`,
      async () => {
        const { delivery } = await server.api.call('getDelivery', { id });
        return delivery.status === status || undefined;
      },
      patienceMs,
    );
  return { DATA_DIR, server, start, receiver, shift, jumped, subscribe, attempted };
}

describe.each([
  ['an hour ahead', hourMs],
  ['an hour behind', -hourMs],
])('a clock that is %s for a moment', (_, byMs) => {
  test('holds up neither what it made wait nor a rate limit', async () => {
    const { receiver, shift, jumped, subscribe, attempted } = await setup();
    const endpoint = receiver.endpoint(failing, {});
    const limited = receiver.endpoint({});
    const publish = await subscribe(endpoint, { retry_schedule: [3] });
    const publishLimited = await subscribe(limited, { rate_limit: { per_second: 2 } });
    await publishLimited();
    await limited.received(1, patienceMs);

    shift(byMs);
    await jumped(1);
    const id = await publish();
    await attempted(id, 'retrying');
    await publishLimited();
    shift(0);
    await jumped(2);
    await publishLimited();

    await attempted(id, 'delivered');
    await limited.received(3, patienceMs);
    expect(endpoint.requests).toHaveLength(2);
    expect(limited.requests).toHaveLength(3);
  }, 60_000);

  test('gives nothing out twice that is being sent', async () => {
    const { DATA_DIR, server, receiver, shift, jumped, subscribe, attempted } = await setup();
    const slow = receiver.endpoint({ delayMs: 4_000 });
    const publish = await subscribe(slow, {});
    const id = await publish();
    await slow.received(1, patienceMs);

    shift(byMs);
    await jumped(1);
    shift(0);
    await jumped(2);

    await attempted(id, 'delivered');
    expect(slow.requests).toHaveLength(1);
    await server.stop();
    expect(readQueue(DATA_DIR)).toEqual({ waiting: 0, inFlight: [], deadLetters: 0 });
  }, 60_000);
});

test('a clock that steps back by an hour, and stays so, holds up nothing', async () => {
  const { receiver, shift, jumped, subscribe, attempted } = await setup();
  const endpoint = receiver.endpoint(failing, {});
  const limited = receiver.endpoint({});
  const publish = await subscribe(endpoint, { retry_schedule: [3] });
  const publishLimited = await subscribe(limited, { rate_limit: { per_second: 1 } });
  const id = await publish();
  await attempted(id, 'retrying');
  await publishLimited();
  await limited.received(1, patienceMs);

  shift(-hourMs);
  await jumped(1);
  await Promise.all([publishLimited(), publishLimited()]);

  await attempted(id, 'delivered');
  await limited.received(3, patienceMs);
}, 60_000);

test('what a clock made wait that was ahead goes out after a start with one that is right', async () => {
  const { server, start, receiver, shift, subscribe, attempted, jumped } = await setup();
  const endpoint = receiver.endpoint(failing, {});
  const publish = await subscribe(endpoint, { retry_schedule: [3] });
  shift(hourMs);
  await jumped(1);
  await attempted(await publish(), 'retrying');
  await server.stop('SIGKILL');

  shift(0);
  await start();

  await endpoint.received(2, patienceMs);
}, 60_000);

test('a server that is stopped for a while, as a laptop is, sends what it owes as soon as it goes on', async () => {
  const { server, receiver, subscribe, attempted } = await setup();
  const endpoint = receiver.endpoint(failing, {});
  const publish = await subscribe(endpoint, { retry_schedule: [2] });
  const id = await publish();
  await attempted(id, 'retrying');

  process.kill(server.pid, 'SIGSTOP');
  const failedAt = endpoint.requests[0]!.at;
  await until('the retry is overdue', () => Date.now() > failedAt + 5_000 || undefined, patienceMs);
  const resumedAt = Date.now();
  process.kill(server.pid, 'SIGCONT');

  const [, retry] = await endpoint.received(2, patienceMs);
  expect(retry!.at - resumedAt).toBeLessThan(3_000);
  await attempted(id, 'delivered');
}, 60_000);
