// The sending side of the queue: a table. `queue-receiver.ts` has the other side.
import type { DatabaseSync } from 'node:sqlite';
import type { QueueMessage } from '../../../contract/messages.ts';
import { subscriptionIdOf } from '../../../core/ids.ts';
import type { DeliveryId } from '../../../core/ids.ts';
import type { Clock, DeliveryQueue } from '../../../core/ports.ts';
import type { Writer } from '../file/writer.ts';

export type SqliteDeliveryQueue = DeliveryQueue & {
  /** Calls `listener` after messages were stored, so that nobody needs to poll. */
  onSend(listener: () => void): void;
};

export function createDeliveryQueue(
  database: DatabaseSync,
  writer: Writer,
  clock: Clock,
): SqliteDeliveryQueue {
  const insert = database.prepare(
    `INSERT INTO queue_messages (subscription_id, body, sent_at, visible_at, waits_since, ready)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const listeners: (() => void)[] = [];

  return {
    async send(messages) {
      if (messages.length === 0) return;
      await writer.write(() => {
        const now = clock.now();
        for (const message of messages) {
          const { dueAt } = message;
          const ready = dueAt <= now ? 1 : 0;
          insert.run(groupOf(message), JSON.stringify(message), now, dueAt, now, ready);
        }
      });
      for (const listener of listeners) listener();
    },
    onSend(listener) {
      listeners.push(listener);
    },
  };
}

/** The turn that the message uses: its subscription's, or its replay job's, which may span many. */
function groupOf(message: QueueMessage): string {
  switch (message.kind) {
    case 'attempt':
      return subscriptionIdOf(message.deliveryId as DeliveryId);
    case 'replay':
      return message.replayId;
    case 'backlog':
    case 'cancel':
    case 'release':
    case 'announce':
      return message.subscriptionId;
  }
}
