// The real clock, randomness and timer: the functions use them only here.
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ports } from '../core/ports.ts';

export const systemPorts: Pick<Ports, 'clock' | 'chance' | 'wait'> = {
  clock: { now: () => Date.now(), steady: () => performance.now() },
  chance: { unit: () => Math.random(), bytes: (count) => randomBytes(count) },
  wait: (ms, signal) => wait(ms, undefined, signal && { signal }),
};
