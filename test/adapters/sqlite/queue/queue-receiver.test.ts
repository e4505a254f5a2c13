// What the receiving side does beyond the contract suite: leases, receive counts, dead letters, fairness.
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../../lambdas/adapters/sqlite/file/database.ts';
import { openSqlitePorts } from '../../../../lambdas/adapters/sqlite/ports.ts';
import { limits } from '../../../../lambdas/contract/limits/limits.ts';
import type { DeadLetter } from '../../../../lambdas/core/dead-letters/dead-letter.ts';
import type { AttemptMessage } from '../../../../lambdas/contract/messages.ts';
import { subscriptionIdOf } from '../../../../lambdas/core/ids.ts';
import type { DeliveryId } from '../../../../lambdas/core/ids.ts';
import { createTestClock } from '../../../support/clock.ts';
import { anAttemptMessage, retentionMs } from '../../../support/factories.ts';

const visibilityMs = 30_000;
const allLetters = { tenant: 'default', reason: null, redriven: null, limit: 10, cursor: null };

function setup() {
  const clock = createTestClock();
  const ports = openSqlitePorts({ database: openDatabase(':memory:'), clock, retentionMs });
  onTestFinished(() => ports.close());
  const { queue, receiver } = ports;
  return {
    clock,
    queue,
    receiver,
    store: ports.deadLetters,
    send: async (count: number, fields: Partial<AttemptMessage> = {}) => {
      const messages = Array.from({ length: count }, () =>
        anAttemptMessage({ dueAt: clock.now(), ...fields }),
      );
      await queue.send(messages);
      return messages;
    },
    receive: (limit = 10) => receiver.receive({ limit, now: clock.now(), visibilityMs }),
  };
}

const handlesOf = (received: readonly { receiptHandle: string }[]) =>
  received.map(({ receiptHandle }) => receiptHandle);

const deliveriesOf = (received: readonly { body: string }[]) =>
  received.map(({ body }) => (JSON.parse(body) as AttemptMessage).deliveryId);

describe('receive', () => {
  it('leases a message until its visibility ends, and counts its receipts', async () => {
    const { clock, send, receive } = setup();
    const sentAt = clock.now();
    await send(1);

    const [first] = await receive();
    expect(first).toMatchObject({ receiveCount: 1, sentAt });
    clock.advance(visibilityMs - 1);
    expect(await receive()).toStrictEqual([]);
    clock.advance(1);
    const [second] = await receive();

    expect(second).toMatchObject({ messageId: first!.messageId, receiveCount: 2, sentAt });
  });

  it('gives no more than the limit', async () => {
    const { send, receive } = setup();
    await send(5);

    expect(await receive(3)).toHaveLength(3);
    expect(await receive(3)).toHaveLength(2);
    expect(await receive(3)).toHaveLength(0);
  });

  it('takes turns between subscriptions, whatever is queued for one', async () => {
    const { clock, send, receive } = setup();
    const noisy = anAttemptMessage().deliveryId;
    await send(200, { deliveryId: noisy, dueAt: clock.now() - 1_000 });
    const quiet = (await send(5)).map(({ deliveryId }) => deliveryId);

    const received = deliveriesOf([...(await receive(5)), ...(await receive(5))]);

    expect(received).toEqual(expect.arrayContaining(quiet));
  });

  it('takes no more from a subscription than it has room for, and passes it over', async () => {
    const { clock, receiver, send } = setup();
    const slow = anAttemptMessage().deliveryId;
    await send(20, { deliveryId: slow, dueAt: clock.now() - 1_000 });
    const others = (await send(5)).map(({ deliveryId }) => deliveryId);
    const receiveWithRoom = async (places: number) => {
      let free = places;
      const isSlow = (id: string) => id === subscriptionIdOf(slow as DeliveryId);
      const room = {
        has: (id: string) => !isSlow(id) || free > 0,
        take: (id: string) => (free -= isSlow(id) ? 1 : 0),
      };
      return deliveriesOf(
        await receiver.receive({ limit: 10, now: clock.now(), visibilityMs, room }),
      );
    };

    const first = await receiveWithRoom(3);
    expect(first.toSorted()).toStrictEqual([...others, slow, slow, slow].toSorted());
    expect(await receiveWithRoom(0)).toStrictEqual([]);
    expect(await receiveWithRoom(1)).toStrictEqual([slow]);
  });

  it('gives the messages of one subscription by the time they were due', async () => {
    const { clock, send, receive } = setup();
    const { deliveryId } = anAttemptMessage();
    for (const attempt of [3, 1, 2]) {
      await send(1, { deliveryId, attempt, dueAt: clock.now() + attempt });
    }
    clock.advance(10);

    const attempts = (await receive()).map(
      ({ body }) => (JSON.parse(body) as AttemptMessage).attempt,
    );

    expect(attempts).toStrictEqual([1, 2, 3]);
  });

  it('works through more due messages than it makes ready at once', async () => {
    const { clock, send, receive } = setup();
    await send(2_500, { dueAt: clock.now() + 1_000 });
    clock.advance(1_000);

    let count = 0;
    for (;;) {
      const received = await receive(100);
      if (received.length === 0) break;
      count += received.length;
    }

    expect(count).toBe(2_500);
  });
});

describe('delete and release', () => {
  it('deletes for good', async () => {
    const { clock, receiver, send, receive } = setup();
    await send(2);
    await receiver.delete(handlesOf(await receive()));
    clock.advance(visibilityMs);

    expect(await receive()).toStrictEqual([]);
    expect(receiver.nextWaitingUntil()).toBeNull();
  });

  it('does nothing by a receipt whose lease has gone to another', async () => {
    const { clock, receiver, send, receive } = setup();
    await send(1);
    const stale = handlesOf(await receive());
    clock.advance(visibilityMs);
    const fresh = handlesOf(await receive());

    await receiver.delete(stale);
    await receiver.release(stale, clock.now(), 'late');
    expect(await receive()).toStrictEqual([]);

    await receiver.release(fresh, clock.now(), 'on time');
    expect(await receive()).toHaveLength(1);
  });

  it.each(['', 'x', '1', '.', '1.', '1.x', 'NaN.y', '9'.repeat(400)])(
    'ignores %j, which is no receipt',
    async (handle) => {
      const { receiver, send, receive } = setup();
      await send(1);

      await receiver.delete([handle]);
      await receiver.release([handle], 0, 'none');

      expect(await receive()).toHaveLength(1);
    },
  );

  it('gives a message back for the time that it is told', async () => {
    const { clock, receiver, send, receive } = setup();
    await send(1);
    await receiver.release(handlesOf(await receive()), clock.now() + 5_000, 'busy');

    clock.advance(4_999);
    expect(await receive()).toStrictEqual([]);
    clock.advance(1);
    expect(await receive()).toMatchObject([{ receiveCount: 2 }]);
  });
});

describe('dead letters', () => {
  it('are messages that were received as often as may be, with the last reason', async () => {
    const { clock, receiver, store, send, receive } = setup();
    const deadLetters: DeadLetter[] = [];
    receiver.onDeadLetter((deadLetter) => deadLetters.push(deadLetter));
    const [message] = await send(1);
    for (let count = 1; count <= limits.queueReceivesMax; count += 1) {
      const received = await receive();
      expect(received).toMatchObject([{ receiveCount: count }]);
      await receiver.release(handlesOf(received), clock.now(), `failure ${count}`);
    }

    expect(await receive()).toStrictEqual([]);

    const letter = {
      tenant: 'default',
      id: deadLetters[0]?.id,
      reason: 'failed',
      detail: `failure ${limits.queueReceivesMax}`,
      body: JSON.stringify(message),
      receiveCount: limits.queueReceivesMax,
      sentAt: clock.now(),
      buriedAt: clock.now(),
      redrivenAt: null,
    };
    expect(deadLetters).toStrictEqual([letter]);
    expect((await store.list(allLetters)).items).toStrictEqual([letter]);
    expect(receiver.nextWaitingUntil()).toBeNull();
  });

  it('do not take the place of messages that are well', async () => {
    const { clock, receiver, send, receive } = setup();
    await send(3);
    for (let count = 1; count <= limits.queueReceivesMax; count += 1) {
      expect(await receive()).toHaveLength(3);
      clock.advance(visibilityMs);
    }
    const well = (await send(2)).map(({ deliveryId }) => deliveryId);

    const received = await receiver.receive({ limit: 2, now: clock.now(), visibilityMs });

    expect(deliveriesOf(received).toSorted()).toStrictEqual(well.toSorted());
  });
});

describe('freeLeases', () => {
  it('gives back at once what a dead process held, as if it had not been received', async () => {
    const { receiver, send, receive } = setup();
    await send(2);
    for (let restart = 0; restart < 2 * limits.queueReceivesMax; restart += 1) {
      expect(await receive()).toMatchObject([{ receiveCount: 1 }, { receiveCount: 1 }]);
      await receiver.freeLeases();
    }
  });

  it('leaves alone what waits for its time', async () => {
    const { clock, receiver, send, receive } = setup();
    await send(1, { dueAt: clock.now() + 1_000 });

    await receiver.freeLeases();

    expect(await receive()).toStrictEqual([]);
    expect(receiver.nextWaitingUntil()).toBe(clock.now() + 1_000);
  });
});

describe('a clock that jumps', () => {
  const hourMs = 3_600_000;
  const jump = async ({ clock, receiver }: ReturnType<typeof setup>, byMs: number) => {
    clock.advance(byMs);
    await receiver.clockJumped(byMs, clock.now());
  };

  it.each([hourMs, -hourMs])('by %d ms leaves a lease as long as it was', async (byMs) => {
    const given = setup();
    const { clock, send, receive } = given;
    await send(1);
    expect(await receive()).toHaveLength(1);

    clock.advance(visibilityMs / 2);
    await jump(given, byMs);
    expect(await receive()).toStrictEqual([]);
    clock.advance(visibilityMs / 2 - 1);
    expect(await receive()).toStrictEqual([]);
    clock.advance(1);
    expect(await receive()).toHaveLength(1);
  });

  it('back makes nothing wait for longer than it should have', async () => {
    const given = setup();
    const { clock, receiver, send, receive } = given;
    await send(1);
    const handles = handlesOf(await receive());
    clock.advance(hourMs);
    await send(1, { dueAt: clock.now() + 2_000 });
    await receiver.release(handles, clock.now() + 3_000, 'busy');

    await jump(given, -hourMs);

    expect(receiver.nextWaitingUntil()).toBe(clock.now() + 2_000);
    clock.advance(2_000);
    expect(await receive()).toHaveLength(1);
    clock.advance(1_000);
    expect(await receive()).toHaveLength(1);
  });

  it('leaves what was made to wait by a clock that was right', async () => {
    const given = setup();
    const { clock, receiver, send } = given;
    await send(1, { dueAt: clock.now() + 20 * hourMs });
    const dueAt = receiver.nextWaitingUntil();
    clock.advance(2 * hourMs);

    await jump(given, hourMs);
    await jump(given, -hourMs);

    expect(receiver.nextWaitingUntil()).toBe(dueAt);
  });
});

describe('waking up', () => {
  it('knows when the next message that waits is ready', async () => {
    const { clock, receiver, send, receive } = setup();
    expect(receiver.nextWaitingUntil()).toBeNull();

    await send(1, { dueAt: clock.now() + 60_000 });
    expect(receiver.nextWaitingUntil()).toBe(clock.now() + 60_000);
    await send(1);
    await receive();
    expect(receiver.nextWaitingUntil()).toBe(clock.now() + visibilityMs);
  });

  it('is told of messages once they are stored', async () => {
    const { clock, queue, receiver, send } = setup();
    const seen: (number | null)[] = [];
    queue.onSend(() => seen.push(receiver.nextWaitingUntil()));

    const [message] = await send(1, { dueAt: clock.now() + 1_000 });
    await queue.send([]);

    expect(seen).toStrictEqual([message!.dueAt]);
  });
});
