// Compares the wall clock with a monotonic one. Somebody sets the clock, a laptop wakes up, a
// virtual machine migrates: whoever waits for an instant must look again, and know how far off its
// stored instants are.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { Clock, Log } from '../../lambdas/core/ports.ts';

export type ClockWatch = {
  /** Reads the clock; listeners learn of a jump before it returns. */
  now(): number;
  onJump(listener: (byMs: number) => void): void;
  start(): void;
  stop(): void;
};

/** `steadyNow`: ms of a monotonic clock. */
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
    // Gradual clock corrections are not jumps.
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
