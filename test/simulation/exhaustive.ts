// Every single fault, and every pair of faults, at every call of a port that an operation makes.
import { faultsOf, plannedFaults } from './faults.ts';
import type { Fault, PortName } from './faults.ts';
import { must } from './facts.ts';
import { noFaults } from './faults.ts';
import type { Operation } from './operations.ts';
import { createWorld } from './world.ts';
import type { Sabotage } from './world.ts';

export type ExhaustiveReport = { calls: number; singles: number; pairs: number };

type Planted = ReadonlyMap<number, Fault>;

/** Rejects with the first violation, and says which faults led to it. */
export async function plantEverywhere(
  operation: Operation,
  sabotage?: Sabotage,
): Promise<ExhaustiveReport> {
  const run = (faults: Planted) => runWith(operation, { faults, ...(sabotage && { sabotage }) });
  const clean = await run(new Map());
  const report = { calls: clean.length, singles: 0, pairs: 0 };
  for (const first of faultsFrom(clean, 0)) {
    const after = await run(new Map([first]));
    report.singles += 1;
    for (const second of faultsFrom(after, first[0] + 1)) {
      await run(new Map([first, second]));
      report.pairs += 1;
    }
  }
  return report;
}

function faultsFrom(ports: readonly PortName[], start: number): [number, Fault][] {
  return ports.flatMap((port, index) =>
    index < start ? [] : faultsOf[port].map((fault): [number, Fault] => [index, fault]),
  );
}

/** The ports that the operation called. */
export async function runWith(
  operation: Operation,
  options: { faults: Planted; sabotage?: Sabotage; trace?: (line: string) => void },
): Promise<readonly PortName[]> {
  try {
    return await lived(operation, options);
  } catch (error) {
    const faults = [...options.faults].map(([index, fault]) => `${fault} at call ${index}`);
    throw new Error(`${operation.name}, ${faults.join(', ')}: ${String(error)}`, { cause: error });
  }
}

async function lived(
  operation: Operation,
  { faults, ...options }: Parameters<typeof runWith>[1],
): Promise<readonly PortName[]> {
  const world = createWorld({ seed: 1, isHeard: operation.isHeard === true, ...options });
  const { kernel } = world;
  let begun = 0;
  world.spawn(
    (async () => {
      const prepared = await operation.before(world);
      begun = kernel.calls.length;
      const planted = plannedFaults(faults);
      kernel.plan = (index, port) => planted(index - begun, port);
      await operation.during(world, prepared);
    })(),
  );
  await world.finish();
  kernel.plan = noFaults;
  await world.settle();
  for (const { delivery } of world.database.rows.values()) {
    if (world.database.subscriptions.get(delivery.subscriptionId)?.operationalEvents) continue;
    const about = () => `${delivery.status} instead of ${operation.endsAs.join(' or ')}`;
    must(operation.endsAs.includes(delivery.status), 'outcome', about);
  }
  return kernel.calls.slice(begun);
}
