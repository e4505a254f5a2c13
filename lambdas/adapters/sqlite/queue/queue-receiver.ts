// The receiving side of the queue, like SQS: leases, receive counts and dead letters. A message
// waits until `visible_at`, then is ready; a leased one waits for its lease to end. Ready messages
// are taken from subscriptions in rotation, none from one without room: neither a long queue nor a
// slow endpoint holds up others.
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { limits } from '../../../contract/limits/limits.ts';
import { deadLetterOf, whyGivenUp } from '../../../core/dead-letters/dead-letter.ts';
import type { DeadLetter } from '../../../core/dead-letters/dead-letter.ts';
import type { Clock } from '../../../core/ports.ts';
import { selected } from '../file/columns.ts';
import { createBurial } from '../dead-letters.ts';
import type { Writer } from '../file/writer.ts';

export type ReceivedMessage = {
  messageId: string;
  /** Identifies this receive; valid until the lease ends. */
  receiptHandle: string;
  subscriptionId: string;
  body: string;
  /** Includes this receive. */
  receiveCount: number;
  sentAt: number;
};

export type ReceiveOptions = {
  limit: number;
  now: number;
  visibilityMs: number;
  /** Tells which subscriptions have room, and notes what is taken; without it all have. */
  room?: Room;
};

export type Room = {
  has(subscriptionId: string): boolean;
  take(subscriptionId: string): void;
};

const endlessRoom: Room = { has: () => true, take: () => {} };

export type QueueReceiver = {
  /** Leases ready messages for `visibilityMs`; buries those received too often. */
  receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]>;
  /** Takes messages off the queue. */
  delete(receiptHandles: readonly string[]): Promise<void>;
  /** Returns messages to be ready at `visibleAt`; the reason is kept for a dead letter. */
  release(receiptHandles: readonly string[], visibleAt: number, reason: string): Promise<void>;
  /** Epoch ms when the next waiting message is ready, even if past; null if none. */
  nextWaitingUntil(): number | null;
  /**
   * For a clock jump, and at startup, when its size is unknown. Leases keep their length, and
   * messages delayed by a clock that was ahead wait as long from now on.
   */
  clockJumped(byMs: number, now: number): Promise<void>;
  /** At startup: frees what a dead process still held. Its receives do not count. */
  freeLeases(): Promise<void>;
  onDeadLetter(listener: (deadLetter: DeadLetter) => void): void;
};

/** Messages that one call makes ready: enough to keep up, too few to block the process. */
const readiedPerReceiveMax = 1_000;

type Leased = {
  id: number;
  leaseToken: string;
  subscriptionId: string;
  body: string;
  sentAt: number;
  receiveCount: number;
  reason: string | null;
};

const leasedFields = [
  'id',
  'leaseToken',
  'subscriptionId',
  'body',
  'sentAt',
  'receiveCount',
  'reason',
] as const satisfies (keyof Leased)[];

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: DatabaseSync) {
  return {
    makeReady: database.prepare(
      `UPDATE queue_messages SET ready = 1, lease_token = NULL WHERE id IN
         (SELECT id FROM queue_messages WHERE ready = 0 AND visible_at <= ?
          ORDER BY visible_at LIMIT ${readiedPerReceiveMax})`,
    ),
    readyAfter: database.prepare(
      `SELECT subscription_id AS subscriptionId FROM queue_messages
       WHERE ready = 1 AND subscription_id > ? ORDER BY subscription_id LIMIT 1`,
    ),
    leaseOf: database.prepare(
      `UPDATE queue_messages SET ready = 0, receive_count = receive_count + 1,
         lease_token = :leaseToken, visible_at = :visibleAt
       WHERE id = (SELECT id FROM queue_messages WHERE ready = 1 AND subscription_id = :subscriptionId
                   ORDER BY visible_at LIMIT 1)
       RETURNING ${selected(leasedFields)}`,
    ),
    remove: database.prepare('DELETE FROM queue_messages WHERE id = ? AND lease_token = ?'),
    giveBack: database.prepare(
      `UPDATE queue_messages SET lease_token = NULL, visible_at = ?, waits_since = ?, reason = ?
       WHERE id = ? AND lease_token = ?`,
    ),
    freeLeases: database.prepare(
      `UPDATE queue_messages SET ready = 1, lease_token = NULL, receive_count = receive_count - 1,
         visible_at = sent_at
       WHERE lease_token IS NOT NULL`,
    ),
    moveLeases: database.prepare(
      'UPDATE queue_messages SET visible_at = visible_at + ? WHERE lease_token IS NOT NULL',
    ),
    moveWaiting: database.prepare(
      `UPDATE queue_messages SET visible_at = visible_at - waits_since + :now, waits_since = :now
       WHERE ready = 0 AND visible_at > :latest AND lease_token IS NULL AND waits_since > :latest`,
    ),
    nextWaiting: database.prepare(
      `SELECT visible_at AS visibleAt FROM queue_messages WHERE ready = 0
       ORDER BY visible_at LIMIT 1`,
    ),
    bury: createBurial(database),
  };
}

/** Leases ready messages, inside the caller's transaction. */
function createLeaser(statements: Statements) {
  /** The last turn; the next subscription sorts after it. */
  let lastServed = '';

  function readyAfter(subscriptionId: string): string | undefined {
    return statements.readyAfter.get(subscriptionId)?.['subscriptionId'] as string | undefined;
  }

  /** From the last turn to the end, then from the beginning to that turn. */
  function nextInTurn(room: Room): string | undefined {
    for (const [start, end] of [[lastServed, null] as const, ['', lastServed] as const]) {
      for (let next = readyAfter(start); next !== undefined; next = readyAfter(next)) {
        if (end !== null && next > end) break;
        if (room.has(next)) return next;
      }
    }
    return undefined;
  }

  function bury(leased: Leased, now: number): DeadLetter {
    const { body, reason } = leased;
    const received = { ...receiptOf(leased), receiveCount: leased.receiveCount - 1 };
    const why = whyGivenUp(body, reason ?? 'Its receivers never finished');
    const letter = deadLetterOf(received, why, now);
    statements.bury(letter);
    statements.remove.run(leased.id, leased.leaseToken);
    return letter;
  }

  return ({ limit, now, visibilityMs, room = endlessRoom }: ReceiveOptions) => {
    const lease = { leaseToken: randomUUID(), visibleAt: now + visibilityMs };
    const received: ReceivedMessage[] = [];
    const deadLetters: DeadLetter[] = [];
    statements.makeReady.run(now);
    while (received.length < limit) {
      const subscriptionId = nextInTurn(room);
      if (subscriptionId === undefined) break;
      lastServed = subscriptionId;
      const leased = { ...statements.leaseOf.get({ ...lease, subscriptionId }) } as Leased;
      const isDead = leased.receiveCount > limits.queueReceivesMax;
      if (isDead) {
        deadLetters.push(bury(leased, now));
        continue;
      }
      room.take(subscriptionId);
      received.push(receiptOf(leased));
    }
    return { received, deadLetters };
  };
}

function receiptOf({
  id,
  leaseToken,
  subscriptionId,
  body,
  receiveCount,
  sentAt,
}: Leased): ReceivedMessage {
  return {
    messageId: String(id),
    receiptHandle: `${id}.${leaseToken}`,
    subscriptionId,
    body,
    receiveCount,
    sentAt,
  };
}

function leaseOf(receiptHandle: string): [id: number, leaseToken: string] {
  const [id, leaseToken = ''] = receiptHandle.split('.');
  return [Number(id), leaseToken];
}

export function createQueueReceiver(
  database: DatabaseSync,
  writer: Writer,
  clock: Clock,
): QueueReceiver {
  const statements = prepareStatements(database);
  const lease = createLeaser(statements);
  const listeners: ((deadLetter: DeadLetter) => void)[] = [];

  return {
    async receive(options) {
      const { received, deadLetters } = await writer.write(() => lease(options));
      for (const deadLetter of deadLetters) {
        for (const listener of listeners) listener(deadLetter);
      }
      return received;
    },
    delete(receiptHandles) {
      return writer.write(() => {
        for (const handle of receiptHandles) statements.remove.run(...leaseOf(handle));
      });
    },
    release(receiptHandles, visibleAt, reason) {
      return writer.write(() => {
        for (const handle of receiptHandles) {
          statements.giveBack.run(visibleAt, clock.now(), reason, ...leaseOf(handle));
        }
      });
    },
    nextWaitingUntil() {
      const next = statements.nextWaiting.get();
      return next === undefined ? null : Number(next['visibleAt']);
    },
    clockJumped(byMs, now) {
      return writer.write(() => {
        statements.moveLeases.run(byMs);
        statements.moveWaiting.run({ now, latest: now + limits.clockStepMs });
      });
    },
    async freeLeases() {
      await writer.write(() => statements.freeLeases.run());
    },
    onDeadLetter(listener) {
      listeners.push(listener);
    },
  };
}
