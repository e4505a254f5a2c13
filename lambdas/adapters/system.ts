// The real clock, chance and timer: the only place in the functions that has them.
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ports } from '../core/ports.ts';

export const systemPorts: Pick<Ports, 'clock' | 'chance' | 'wait'> = {
  clock: { now: () => Date.now(), steady: () => performance.now() },
  chance: { unit: () => Math.random(), bytes: (count) => randomBytes(count) },
  wait: (ms, signal) => wait(ms, undefined, signal && { signal }),
};
