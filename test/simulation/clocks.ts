// What can go wrong with time: clocks that step by up to an hour and back, of one process or of all at once, and processes
// that stand still. And by how much a clock may have been wrong, for the invariants: they excuse that and no more.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { excuse } from './kernel.ts';
import type { Kernel, Process } from './kernel.ts';
import type { World } from './world.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

export type ClockStep = { at: number; byMs: number };

/** How far the process's clock is off. */
export function offsetOf(kernel: Kernel, process: Process): number {
  return kernel.clockMs + process.skewMs;
}

/** The most by which it may have been off at any time since. */
export function offMsMax(kernel: Kernel, process: Process, since: number): number {
  const recent = [...kernel.clockSteps, ...process.clockSteps].filter(({ at }) => at >= since);
  const steppedMs = recent.reduce((sum, { byMs }) => sum + Math.abs(byMs), 0);
  return Math.abs(offsetOf(kernel, process)) + steppedMs;
}

/** As long as a function lives: what it read before a step it may still act on. */
export function offMsOfLate(kernel: Kernel, process: Process): number {
  return offMsMax(kernel, process, kernel.timeline.now() - limits.deliverFunctionTimeoutMs);
}

/** Sets clocks and stops processes, at random moments of a life. */
export async function disturbClocks(world: World): Promise<void> {
  const { random } = world;
  world.kernel.isDisturbed = true;
  const count = 1 + random.below(6);
  for (let index = 0; index < count; index += 1) {
    await world.sleep(random.between(0, random.pick([2 * second, minute, 20 * minute])));
    const living = world.processes();
    const process = living[random.below(living.length)];
    const choice = random.unit();
    if (choice < 0.35) world.spawn(stepForAWhile(world, world.kernel));
    else if (choice < 0.7) world.spawn(stepForAWhile(world, process ?? world.kernel));
    else if (process !== undefined) freeze(world, process);
  }
}

type Stepping = Kernel | Process;

/** Back again, or else all would go on by the wrong clock: then it is right. */
async function stepForAWhile(world: World, whose: Stepping): Promise<void> {
  const { random } = world;
  const sizeMs = Math.round(random.between(0, random.pick([10 * second, 5 * minute, hour])));
  const byMs = random.chance(0.5) ? sizeMs : -sizeMs;
  step(world, whose, byMs);
  await world.sleep(random.between(0, random.pick([second, minute, 20 * minute, hour])));
  step(world, whose, -byMs);
}

function step({ kernel }: World, whose: Stepping, byMs: number): void {
  if ('timeline' in whose) whose.clockMs += byMs;
  else whose.skewMs += byMs;
  whose.clockSteps.push({ at: kernel.timeline.now(), byMs });
  kernel.faults += 1;
  kernel.note(() => `${'name' in whose ? whose.name : 'every clock'} steps by ${byMs} ms`);
}

/** It goes on where it was, unless its platform has ended it meanwhile. */
function freeze({ kernel, random }: World, process: Process): void {
  const forMs = Math.round(random.between(0, random.pick([5 * second, 40 * second, hour])));
  process.frozenUntil = kernel.timeline.now() + forMs;
  kernel.faults += 1;
  // What is slow may be overtaken, and its record is missing in the log.
  excuse(kernel, process.workingOn());
  kernel.note(() => `${process.name} stands still for ${forMs} ms`);
}
