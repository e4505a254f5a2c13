// What every DeliveryQueue must do: at least once, not before its time. A driver brings a way to receive, and its
// own time, real or virtual.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import type { DeliveryQueue } from '../../lambdas/core/ports.ts';
import {
  aBacklogMessage,
  anAnnounceMessage,
  anAttemptMessage,
  aReplayJob,
  aSubscriptionId,
} from '../support/factories.ts';

export type OpenedQueue = {
  queue: DeliveryQueue;
  now(): number;
  /** Lets time pass; a driver with virtual time only moves its clock. */
  wait(ms: number): Promise<void>;
  /** Takes messages that are there now off the queue; none is there when it returns none. */
  receive(): Promise<readonly QueueMessage[]>;
  close(): Promise<void>;
};

export function deliveryQueueContract(name: string, open: () => Promise<OpenedQueue>): void {
  describe(`DeliveryQueue on ${name}`, () => {
    let opened: OpenedQueue;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    /** Receives for up to `ms` until there are `count` messages, and says when each came. */
    async function receivedWithin(
      ms: number,
      count: number,
    ): Promise<{ message: QueueMessage; at: number }[]> {
      const until = opened.now() + ms;
      const received: { message: QueueMessage; at: number }[] = [];
      for (;;) {
        const messages = await opened.receive();
        received.push(...messages.map((message) => ({ message, at: opened.now() })));
        if (received.length >= count || opened.now() >= until) return received;
        if (messages.length === 0) await opened.wait(100);
      }
    }

    const messagesOf = (received: { message: QueueMessage }[]) =>
      received.map(({ message }) => message);

    const dueNow = () => ({ sentAt: opened.now(), dueAt: opened.now() });

    it('takes no messages', async () => {
      await opened.queue.send([]);

      expect(await receivedWithin(0, 1)).toStrictEqual([]);
    });

    it('gives back every kind of message as it was sent', async () => {
      const subscriptionId = aSubscriptionId();
      const base = { version: 1 as const, tenant: 'tenant-ü', ...dueNow() };
      const messages: QueueMessage[] = [
        anAttemptMessage({ ...base, cycle: 2, attempt: 10 }),
        anAttemptMessage({ ...base, turn: 'another0', probe: 3 }),
        anAttemptMessage({ ...base, slotAt: opened.now() + 250 }),
        aBacklogMessage({ ...base, cursor: null }),
        aBacklogMessage({ ...base, step: 7, pace: 'recovery', passAt: opened.now() - 9, sent: 5 }),
        aBacklogMessage({ ...base, cursor: randomBytes(300).toString('base64url') }),
        anAttemptMessage({ ...base, isUrgent: true, unsent: 2 }),
        { ...base, kind: 'cancel', subscriptionId, cursor: null },
        { ...base, kind: 'release', subscriptionId, liftedBy: 2, cursor: 'somewhere' },
        { ...base, kind: 'replay', replayId: aReplayJob().id, step: 2 },
        anAnnounceMessage(base),
      ];
      for (const message of messages) await opened.queue.send([message]);

      const received = messagesOf(await receivedWithin(10_000, messages.length));

      expect(received).toHaveLength(messages.length);
      expect(received).toEqual(expect.arrayContaining(messages));
    });

    it('takes more messages than a batch has, of many subscriptions and of one', async () => {
      const { deliveryId } = anAttemptMessage();
      const messages = [
        ...Array.from({ length: 13 }, () => anAttemptMessage(dueNow())),
        ...Array.from({ length: 12 }, (_, index) =>
          anAttemptMessage({ ...dueNow(), deliveryId, attempt: index + 1 }),
        ),
      ];
      await opened.queue.send(messages);

      const received = messagesOf(await receivedWithin(10_000, messages.length));

      expect(received).toHaveLength(messages.length);
      expect(received).toEqual(expect.arrayContaining(messages));
    });

    it('sends at once what is overdue', async () => {
      const message = anAttemptMessage({ sentAt: opened.now(), dueAt: opened.now() - 3_600_000 });
      await opened.queue.send([message]);

      expect(messagesOf(await receivedWithin(10_000, 1))).toStrictEqual([message]);
    });

    it('does not give a message before it is due, and does then', async () => {
      const now = opened.now();
      const later = anAttemptMessage({ sentAt: now, dueAt: now + 3_000 });
      const sooner = anAttemptMessage({ sentAt: now, dueAt: now });
      await opened.queue.send([later, sooner]);

      const received = await receivedWithin(15_000, 2);

      expect(messagesOf(received)).toStrictEqual([sooner, later]);
      expect(received[1]!.at).toBeGreaterThanOrEqual(later.dueAt - limits.earlyToleranceMs);
    });

    it('gives the same message twice when it is sent twice', async () => {
      const message = anAttemptMessage(dueNow());
      await opened.queue.send([message]);
      await opened.queue.send([message]);

      expect(messagesOf(await receivedWithin(10_000, 2))).toStrictEqual([message, message]);
    });
  });
}
