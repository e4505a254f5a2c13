// Compares the wall clock with one that never steps. Somebody sets the clock, a laptop wakes up, a virtual machine moves:
// whoever waits for a moment must look again, and know by how much the moments that it has kept are off.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { Clock, Log } from '../../lambdas/core/ports.ts';

export type ClockWatch = {
  /** Reads the clock; listeners hear of a jump before it returns. */
  now(): number;
  onJump(listener: (byMs: number) => void): void;
  start(): void;
  stop(): void;
};

/** `steadyNow`: ms of a clock that never steps. */
export function createClockWatch(
  { clock, log }: { clock: Clock; log: Log },
  steadyNow: () => number = () => performance.now(),
): ClockWatch {
  const listeners: ((byMs: number) => void)[] = [];
  let offsetMs = clock.now() - steadyNow();
  let timer: NodeJS.Timeout | undefined;

  function now(): number {
    const at = clock.now();
    const byMs = Math.round(at - steadyNow() - offsetMs);
    // What a clock is corrected by little by little is no jump.
    offsetMs += byMs;
    if (Math.abs(byMs) > limits.clockStepMs) {
      log.info('clock.jumped', { byMs });
      for (const listener of listeners) listener(byMs);
    }
    return at;
  }

  return {
    now,
    onJump: (listener) => void listeners.push(listener),
    start() {
      timer = setInterval(now, limits.localClockLookMs);
    },
    stop: () => clearInterval(timer),
  };
}
