// The driver: the storage and queue ports on one SQLite file. `database.ts` opens it.
import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Ports } from '../../core/ports.ts';
import { createApiKeyStore } from './api-keys.ts';
import { watchForDamage } from './file/damage.ts';
import { createDeadLetterStore } from './dead-letters.ts';
import { createDeliveryQueue, type SqliteDeliveryQueue } from './queue/delivery-queue.ts';
import { createDeliveryStore } from './deliveries/deliveries.ts';
import { createIdempotencyStore } from './idempotency.ts';
import { createLedgerCheckStore } from './ledger/ledger-checks.ts';
import { createQueueReceiver, type QueueReceiver } from './queue/queue-receiver.ts';
import { createRateLimitStore } from './rate-limits.ts';
import { createReplayStore } from './replays.ts';
import { createStatsStore } from './ledger/stats.ts';
import type { Stores } from '../../core/shared/stores.ts';
import { createSubscriptionStore } from './subscriptions.ts';
import { createSweeper, type Sweeper } from './sweeper.ts';
import { createWriter } from './file/writer.ts';
import type { WriterGuards } from './file/writer.ts';

export type SqlitePorts = Stores &
  Pick<Ports, 'bus'> & {
    queue: SqliteDeliveryQueue;
    receiver: QueueReceiver;
    sweeper: Sweeper;
    /** True unless a write failed because of the file, and a new try fails too. */
    canWrite(): Promise<boolean>;
    /** Commits pending writes and closes the database. */
    close(): void;
  };

export function openSqlitePorts(options: {
  database: DatabaseSync;
  clock: Clock;
  /** How long a delivery is kept after its end. */
  retentionMs: number;
  guards?: WriterGuards;
}): SqlitePorts {
  const { database, clock, guards } = options;
  const damage = watchForDamage(database);
  const writer = createWriter(database, { ...guards, isSound: () => !damage.wasFound() });
  return {
    subscriptions: createSubscriptionStore(database, writer),
    deliveries: createDeliveryStore(database, writer, options),
    ledgerChecks: createLedgerCheckStore(database, writer),
    idempotency: createIdempotencyStore(database, writer),
    replays: createReplayStore(database, writer, clock),
    deadLetters: createDeadLetterStore(database, writer, clock),
    stats: createStatsStore(database, writer),
    rateLimits: createRateLimitStore(database, writer),
    apiKeys: createApiKeyStore(database, writer),
    // A single machine has no bus: the log has a line for every announcement.
    bus: { isHeard: false, put: () => Promise.resolve() },
    queue: createDeliveryQueue(database, writer, clock),
    receiver: createQueueReceiver(database, writer, clock),
    sweeper: createSweeper(database, writer),
    canWrite: () => writer.canWrite(),
    close() {
      writer.flush();
      database.close();
    },
  };
}
