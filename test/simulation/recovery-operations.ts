// One short life for each thing that the queue may lose, and the check of the ledger that finds it.
import { checkHourly } from './checking.ts';
import { remove, resume } from './client.ts';
import { accepted, failedMany, old, replayFailed } from './operations.ts';
import type { Operation, Prepared } from './operations.ts';
import type { World } from './world.ts';

const minute = 60_000;

/** Everything that the queue holds is lost, and was due long ago. */
async function forgotten(world: World, prepared: Prepared): Promise<Prepared> {
  world.lose('everything', world.random);
  await world.sleep(61 * minute);
  return prepared;
}

/** As the schedule does, until nothing is owed any more. */
function check(world: World): Promise<void> {
  return checkHourly(world, { minuteMs: 10 * minute, until: world.kernel.timeline.now() });
}

export const recoveryOperations: readonly Operation[] = [
  {
    name: 'check of the ledger after an attempt was lost',
    before: async (world) => forgotten(world, await accepted(world)),
    during: check,
    endsAs: ['delivered'],
  },
  {
    name: 'check of the ledger after a backlog job was lost',
    before: async (world) => {
      const prepared = await old(world, { status: 'inactive' });
      await resume(world, prepared.subscription);
      return forgotten(world, prepared);
    },
    during: check,
    endsAs: ['delivered'],
  },
  {
    name: 'check of the ledger after a replay job was lost',
    before: async (world) => {
      const prepared = await failedMany(world, 1);
      await replayFailed(world, prepared);
      return forgotten(world, prepared);
    },
    during: check,
    endsAs: ['delivered'],
  },
  {
    name: 'check of the ledger after a cancel job was lost',
    before: async (world) => {
      const prepared = await old(world, { status: 'inactive' });
      await remove(world, prepared.subscription);
      return forgotten(world, prepared);
    },
    during: check,
    endsAs: ['cancelled'],
  },
];
