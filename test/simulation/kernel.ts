// What every part of the simulated world shares: time, chance, the plan of faults, and the call of a port as the one
// place where anything can interleave, fail or die.
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import type { ClockStep } from './clocks.ts';
import type { Fault, FaultPlan, PortName } from './faults.ts';
import type { Random } from './random.ts';
import type { Timeline } from './timeline.ts';

/** A container of a function: it dies as a whole, and its memory with it. */
export type Process = {
  name: string;
  alive: boolean;
  /** How far its clock is off, beside what all are. */
  skewMs: number;
  clockSteps: ClockStep[];
  /** It stands still until then. */
  frozenUntil: number;
  /** When it took up what it works on, epoch ms. */
  startedAt: number;
  /** What it works on now: a fault may cost each of these one more request. */
  workingOn: () => readonly DeliveryId[];
  /** Called once, when it dies. */
  onDeath: Set<() => void>;
};

export type Kernel = {
  timeline: Timeline;
  random: Random;
  /** How far all clocks are off. */
  clockMs: number;
  clockSteps: ClockStep[];
  /** A clock was set, or a process stood still: what is known of pauses may be older than a memo. */
  isDisturbed: boolean;
  plan: FaultPlan;
  /** The ports called so far; the index of a call is its place here. */
  calls: PortName[];
  faults: number;
  /** Extra requests that faults excuse. */
  excused: Map<DeliveryId, number>;
  note: (line: () => string) => void;
};

export function faultAt(
  kernel: Kernel,
  port: PortName,
  about: () => readonly DeliveryId[],
): Fault | null {
  const fault = kernel.plan(kernel.calls.length, port);
  kernel.calls.push(port);
  if (fault === null) return null;
  kernel.faults += 1;
  if (mayCostRequest(port, fault)) excuse(kernel, about());
  return fault;
}

/** Their failure costs no request: nothing depends on them, or what does is done later. */
const free: readonly PortName[] = [
  'stats.add',
  'stats.correct',
  'deliveries.enter',
  'deliveries.listLedger',
  'deliveries.listOpen',
  'deliveries.indexOpen',
  'ledgerChecks.get',
  'ledgerChecks.setCheckedUntil',
  'ledgerChecks.addTombstone',
  'ledgerChecks.removeTombstone',
  'subscriptions.list',
  'replays.list',
  'rateLimits.reserve',
  'sender.send',
  'replays.create',
  'replays.get',
  'replays.replace',
  'replays.countOpen',
  'deadLetters.bury',
  'deadLetters.find',
  'deadLetters.list',
];

/** Slowness, old lists, lost counters and failed attempts must not cost a request; whatever else happens may cost one. */
function mayCostRequest(port: PortName, fault: Fault): boolean {
  if (fault === 'crash' || fault === 'crash-after') return true;
  // The next attempt may overtake the record of this one, which is then missing in the log.
  if (fault === 'slow') return port === 'deliveries.recordAttempt' || port === 'queue.send';
  if (fault === 'stale') return false;
  return !free.includes(port);
}

export function excuse(kernel: Kernel, deliveries: readonly DeliveryId[]): void {
  for (const id of new Set(deliveries)) {
    kernel.excused.set(id, (kernel.excused.get(id) ?? 0) + 1);
  }
}

export function kill(kernel: Kernel, process: Process): void {
  if (!process.alive) return;
  process.alive = false;
  kernel.note(() => `${process.name} dies`);
  for (const react of process.onDeath) react();
}

/** What stands still goes on later, and what is dead never. */
export function onceAwake(kernel: Kernel, process: Process, run: () => void): void {
  const leftMs = process.frozenUntil - kernel.timeline.now();
  if (leftMs > 0) kernel.timeline.after(leftMs, () => onceAwake(kernel, process, run));
  else if (process.alive) run();
}

export class SimulatedFailure extends Error {
  constructor(port: PortName) {
    super(`Simulated failure of ${port}`);
    this.name = 'SimulatedFailure';
  }
}

const slowMsMax = 6_000;

export type Step<Value> = {
  port: PortName;
  /** Deliveries that the call is about, beside what its process works on. */
  about: readonly DeliveryId[];
  detail: () => string;
  apply: (fault: Fault | null) => Value;
};

/**
 * One call of a port. A process that died is never told anything again: what would go on in it is abandoned, so no
 * handler can catch its own death. A call that was on its way when the process died still takes effect.
 */
export function call<Value>(kernel: Kernel, from: Process, step: Step<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    if (!from.alive) return;
    const { timeline, random } = kernel;
    const index = kernel.calls.length;
    const fault = faultAt(kernel, step.port, () => [...from.workingOn(), ...step.about]);
    kernel.note(
      () =>
        `#${index} ${from.name} ${step.port} ${step.detail()}${fault === null ? '' : ` ✗ ${fault}`}`,
    );
    if (fault === 'crash') {
      kill(kernel, from);
      return;
    }
    const slowMs = fault === 'slow' ? random.between(1_000, slowMsMax) : 0;
    const slowFirst = random.chance(0.5);
    const answer = (run: () => void) => {
      const delayMs = random.between(0, 8) + (slowFirst ? 0 : slowMs);
      timeline.after(delayMs, () => {
        onceAwake(kernel, from, run);
      });
    };
    timeline.after(random.between(0, 8) + (slowFirst ? slowMs : 0), () => {
      if (fault === 'fail') {
        answer(() => {
          reject(new SimulatedFailure(step.port));
        });
        return;
      }
      const value = step.apply(fault);
      if (fault === 'crash-after') kill(kernel, from);
      else if (fault === 'fail-after' || fault === 'fail-halfway') {
        answer(() => {
          reject(new SimulatedFailure(step.port));
        });
      } else {
        answer(() => {
          resolve(value);
        });
      }
    });
  });
}
