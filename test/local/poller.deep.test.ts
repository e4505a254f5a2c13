// What one slow endpoint may take of the local server, with a real queue and a deliver function that tests can hold up.
import type { SQSRecord } from 'aws-lambda';
import { expect, it, onTestFinished } from 'vitest';
import { createClockWatch } from '../../bin/local/clock-watch.ts';
import { createPoller } from '../../bin/local/poller.ts';
import { watched } from '../../bin/local/watched-sender.ts';
import { openDatabase } from '../../lambdas/adapters/sqlite/file/database.ts';
import { openSqlitePorts } from '../../lambdas/adapters/sqlite/ports.ts';
import { UnavailableError } from '../../lambdas/core/shared/port-errors.ts';
import { systemPorts } from '../../lambdas/adapters/system.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { AttemptMessage } from '../../lambdas/contract/messages.ts';
import { anAttemptMessage, retentionMs } from '../support/factories.ts';
import { aResponse } from '../support/send-results.ts';
import { until } from '../support/until.ts';

/** Of an endpoint that has not answered yet. */
const { localUntestedInFlightMax: share } = limits;

const silentLog = { info() {}, error() {} };
const aRequest = { owner: 'default sub_1', headers: {}, body: new Uint8Array(), timeoutMs: 30_000 };

function setup() {
  const { clock } = systemPorts;
  const ports = openSqlitePorts({ database: openDatabase(':memory:'), clock, retentionMs });
  const slow = anAttemptMessage().deliveryId;
  const tarpits = Array.from({ length: 12 }, () => anAttemptMessage().deliveryId);
  const silent = new Set([slow, ...tarpits]);
  const broken = anAttemptMessage().deliveryId;
  const begun: string[] = [];
  const answers: (() => void)[] = [];
  let isOver = false;
  let receives = 0;
  let refusals = 0;
  const refuse = async () => {
    if (refusals === 0) return;
    refusals -= 1;
    throw new UnavailableError('The data file cannot currently be written', null);
  };
  const refuseNext = (count: number) => {
    refusals = count;
  };
  const endpoint = watched({
    async send({ url: id }) {
      if (silent.has(id) && !isOver) await new Promise<void>((answer) => answers.push(answer));
      return aResponse();
    },
  });
  const poller = createPoller({
    queue: ports.queue,
    receiver: {
      ...ports.receiver,
      receive(options) {
        receives += 1;
        return ports.receiver.receive(options);
      },
      async delete(receiptHandles) {
        await refuse();
        return ports.receiver.delete(receiptHandles);
      },
      async release(...given) {
        await refuse();
        return ports.receiver.release(...given);
      },
    },
    async deliver({ Records }) {
      const ids = Records.map(deliveryIdOf);
      begun.push(...ids);
      if (ids.includes(broken)) throw new Error('The store cannot be read');
      await endpoint.send({ ...aRequest, url: ids[0] ?? '' });
      return { batchItemFailures: [] };
    },
    clock: createClockWatch({ clock, log: silentLog }),
    log: silentLog,
  });
  poller.start();
  onTestFinished(async () => {
    // What is received at the very end is begun, too.
    isOver = true;
    const stopped = poller.stop();
    for (const answer of answers) answer();
    await stopped;
    ports.close();
  });

  async function send(count: number, fields: Partial<AttemptMessage> = {}): Promise<void> {
    const dueAt = clock.now();
    await ports.queue.send(
      Array.from({ length: count }, () => anAttemptMessage({ dueAt, ...fields })),
    );
  }

  const slowBegun = () => begun.filter((id) => id === slow).length;
  return {
    slow,
    tarpits,
    broken,
    begun,
    answers,
    send,
    slowBegun,
    refuseNext,
    receives: () => receives,
    queued: () => ports.receiver.nextWaitingUntil(),
  };
}

function deliveryIdOf({ body }: SQSRecord): string {
  return (JSON.parse(body) as AttemptMessage).deliveryId;
}

it('holds up nobody else for an endpoint that never answers, however much is queued for it', async () => {
  const { slow, begun, send, slowBegun } = setup();
  const { deliveryId: quick } = anAttemptMessage();
  const count = 5 * share;

  await Promise.all([
    send(2 * limits.localInFlightMax, { deliveryId: slow }),
    send(count, { deliveryId: quick }),
  ]);

  const quickBegun = () => begun.filter((id) => id === quick).length;
  await until('all the quick ones', () => quickBegun() === count || undefined, 10_000);
  await until('as many slow ones as may run', () => slowBegun() >= share || undefined, 10_000);
  expect(slowBegun()).toBe(share);
});

it('leaves places to known endpoints and to new ones beside many that never answer', async () => {
  const { tarpits, begun, send } = setup();
  const { deliveryId: known } = anAttemptMessage();
  await send(1, { deliveryId: known });
  await until('it has answered', () => begun.length === 1 || undefined, 10_000);

  // Enough of each to take every place, had it a tenth of them.
  await Promise.all(
    tarpits.map((deliveryId) => send(limits.localInFlightPerSubscriptionMax, { deliveryId })),
  );
  const of = (id: string) => begun.filter((other) => other === id).length;
  const isFull = () => tarpits.every((id) => of(id) >= share) || undefined;
  await until('each has what it may take', isFull, 10_000);
  const { deliveryId: newcomer } = anAttemptMessage();
  await Promise.all([send(50, { deliveryId: known }), send(50, { deliveryId: newcomer })]);

  await until('the known one', () => of(known) === 51 || undefined, 10_000);
  await until('the new one', () => of(newcomer) === 50 || undefined, 10_000);
});

it('goes on with a slow endpoint as soon as one of its answers is there', async () => {
  const { slow, answers, send, slowBegun } = setup();
  await send(share + 1, { deliveryId: slow });
  await until('as many as may run', () => slowBegun() === share || undefined, 10_000);

  answers[0]?.();

  await until('the last one', () => slowBegun() === share + 1 || undefined, 10_000);
});

it('does not ask again and again for what has no room', async () => {
  const { slow, send, slowBegun, receives } = setup();
  await send(share + 1, { deliveryId: slow });
  await until('as many as may run', () => slowBegun() === share || undefined, 10_000);

  const before = receives();
  await new Promise((resolve) => setTimeout(resolve, 50));

  expect(receives() - before).toBeLessThan(3);
});

it('takes a message off the queue as soon as the queue can be written again', async () => {
  const { begun, send, refuseNext, queued } = setup();
  refuseNext(2);
  await send(1);

  await until('it has begun', () => begun.length === 1 || undefined, 10_000);
  await until('its lease is gone', () => queued() === null || undefined, 10_000);
  expect(begun).toHaveLength(1);
});

it('gives back a message that failed as soon as the queue can be written again', async () => {
  const { broken, begun, send, refuseNext } = setup();
  refuseNext(1);
  await send(1, { deliveryId: broken });

  // Without being given back it would wait for the end of its lease.
  await until('it comes again', () => begun.length === 2 || undefined, 14_000);
}, 20_000);
