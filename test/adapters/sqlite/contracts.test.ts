// The sqlite driver passes every contract suite, in memory and on a file.
import { retentionMs } from '../../support/factories.ts';
import { openDatabase } from '../../../lambdas/adapters/sqlite/file/database.ts';
import { openSqlitePorts } from '../../../lambdas/adapters/sqlite/ports.ts';
import { queueMessage } from '../../../lambdas/contract/messages.ts';
import type { Clock } from '../../../lambdas/core/ports.ts';
import { deliveryQueueContract } from '../../contracts/delivery-queue.ts';
import { storesContract } from '../../contracts/stores.ts';
import { createTestClock } from '../../support/clock.ts';
import { aDataDirectory } from '../../support/data-directory.ts';

const drivers = [
  { name: 'sqlite in memory', open: (clock: Clock) => opened(':memory:', clock) },
  {
    name: 'sqlite on a file',
    open: (clock: Clock) => {
      const { path, remove } = aDataDirectory();
      return opened(path, clock, remove);
    },
  },
];

function opened(dataDirectory: string, clock: Clock, cleanUp: () => void = () => undefined) {
  const ports = openSqlitePorts({ database: openDatabase(dataDirectory), clock, retentionMs });
  const close = async () => {
    ports.close();
    cleanUp();
  };
  return { ports, close };
}

for (const { name, open } of drivers) {
  storesContract(name, open);
  deliveryQueueContract(name, async () => {
    const clock = createTestClock();
    const { ports, close } = open(clock);
    const { queue, receiver } = ports;
    return {
      queue,
      close,
      now: () => clock.now(),
      wait: async (ms) => clock.advance(ms),
      async receive() {
        const received = await receiver.receive({
          limit: 10,
          now: clock.now(),
          visibilityMs: 30_000,
        });
        await receiver.delete(received.map(({ receiptHandle }) => receiptHandle));
        return received.map(({ body }) => queueMessage.parse(JSON.parse(body)));
      },
    };
  });
}
