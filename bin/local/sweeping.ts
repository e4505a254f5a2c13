// Periodically removes expired rows: on AWS the table does so itself.
import type { Sweeper } from '../../lambdas/adapters/sqlite/sweeper.ts';
import type { Clock, Log } from '../../lambdas/core/ports.ts';
import { createSettledClock } from './settled-clock.ts';

const everyMs = 60_000;
const rowsPerSweep = 1_000;

export function startSweeping(sweeper: Sweeper, clock: Clock, log: Log): { stop(): void } {
  const settledClock = createSettledClock(clock, sweeper.lastStoredAt());
  let timer: NodeJS.Timeout;
  const sweepIn = (ms: number) => {
    timer = setTimeout(() => void sweep(), ms);
  };

  /** A full sweep leaves more to remove; it continues immediately, after other pending work. */
  async function sweep(): Promise<void> {
    try {
      const removed = await sweeper.removeExpired(settledClock.now(), rowsPerSweep);
      sweepIn(removed >= rowsPerSweep ? 0 : everyMs);
    } catch (error) {
      log.error('sweep.failed', {}, error);
      sweepIn(everyMs);
    }
  }

  sweepIn(0);
  return { stop: () => clearTimeout(timer) };
}
