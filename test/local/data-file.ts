// What stands in the data file of a server that does not run.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { QueueMessage } from '../../lambdas/contract/messages.ts';

export type Queue = {
  waiting: number;
  /** The deliveries whose attempts the process was at when it ended. */
  inFlight: readonly { id: string }[];
  deadLetters: number;
};

export function readQueue(dataDirectory: string): Queue {
  const database = new DatabaseSync(join(dataDirectory, 'webhooks.sqlite'));
  try {
    const count = (from: string) =>
      Number(database.prepare(`SELECT count(*) AS count FROM ${from}`).get()?.['count']);
    const leased = database
      .prepare('SELECT body FROM queue_messages WHERE lease_token IS NOT NULL')
      .all()
      .map(({ body }) => JSON.parse(String(body)) as QueueMessage);
    return {
      waiting: count('queue_messages WHERE lease_token IS NULL'),
      inFlight: leased.flatMap((message) =>
        message.kind === 'attempt' ? [{ id: message.deliveryId }] : [],
      ),
      deadLetters: count('dead_letters'),
    };
  } finally {
    database.close();
  }
}
