// What one slow endpoint may take of the local server, with a real queue and a deliver function that tests can hold up.
import type { SQSRecord } from 'aws-lambda';
import { expect, it, onTestFinished } from 'vitest';
import { createPoller } from '../../bin/local/poller.ts';
import { openDatabase } from '../../lambdas/adapters/sqlite/database.ts';
import { openSqlitePorts } from '../../lambdas/adapters/sqlite/ports.ts';
import { systemPorts } from '../../lambdas/adapters/system.ts';
import { limits } from '../../lambdas/contract/limits.ts';
import type { AttemptMessage } from '../../lambdas/contract/messages.ts';
import { anAttemptMessage, retentionMs } from '../support/factories.ts';
import { until } from '../support/until.ts';

const { localInFlightPerSubscriptionMax: share } = limits;

function setup() {
  const { clock } = systemPorts;
  const ports = openSqlitePorts({ database: openDatabase(':memory:'), clock, retentionMs });
  const slow = anAttemptMessage().deliveryId;
  const begun: string[] = [];
  const answers: (() => void)[] = [];
  let receives = 0;
  const poller = createPoller({
    queue: ports.queue,
    receiver: {
      ...ports.receiver,
      receive(options) {
        receives += 1;
        return ports.receiver.receive(options);
      },
    },
    async deliver({ Records }) {
      const ids = Records.map(deliveryIdOf);
      begun.push(...ids);
      if (ids.includes(slow)) await new Promise<void>((answer) => answers.push(answer));
      return { batchItemFailures: [] };
    },
    clock,
    log: { info() {}, error() {} },
  });
  poller.start();
  onTestFinished(async () => {
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
  return { slow, begun, answers, send, slowBegun, receives: () => receives };
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
