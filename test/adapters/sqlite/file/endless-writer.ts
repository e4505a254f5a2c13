// Run as a process of its own, to be killed: serves a data directory and accepts and attempts deliveries without
// end. It prints the id of a delivery when its attempt is stored.
import {
  lockDataDirectory,
  openDatabase,
} from '../../../../lambdas/adapters/sqlite/file/database.ts';
import { openSqlitePorts } from '../../../../lambdas/adapters/sqlite/ports.ts';
import {
  aDelivery,
  anAttempt,
  anAttemptMessage,
  changed,
  retentionMs,
} from '../../../support/factories.ts';

const dataDirectory = process.argv[2]!;
lockDataDirectory(dataDirectory);
const { deliveries, queue } = openSqlitePorts({
  database: openDatabase(dataDirectory),
  clock: { now: () => Date.now() },
  retentionMs,
});

async function write(): Promise<void> {
  for (;;) {
    const delivery = aDelivery();
    await queue.send([anAttemptMessage({ deliveryId: delivery.id })]);
    await deliveries.commit(delivery, Buffer.from(delivery.id));
    const after = changed(delivery, { status: 'delivered', attemptCount: 1 });
    await deliveries.recordAttempt(delivery, after, anAttempt());
    process.stdout.write(`${delivery.id}\n`);
  }
}

await Promise.all(Array.from({ length: 10 }, write));
