// Tells the queue about clock jumps before anything is received by the new time.
import type { QueueReceiver } from '../../lambdas/adapters/sqlite/queue/queue-receiver.ts';
import type { ClockWatch } from './clock-watch.ts';

export type ClockJumps = {
  /** Rejects if the queue cannot be told now: it is told next time. */
  tell(now: number): Promise<void>;
};

export function createClockJumps(
  receiver: Pick<QueueReceiver, 'clockJumped'>,
  clock: Pick<ClockWatch, 'onJump'>,
  onJump: () => void,
): ClockJumps {
  const untold: number[] = [];
  clock.onJump((byMs) => {
    untold.push(byMs);
    onJump();
  });
  return {
    async tell(now) {
      const count = untold.length;
      if (count === 0) return;
      const byMs = untold.reduce((sum, each) => sum + each, 0);
      await receiver.clockJumped(byMs, now);
      // Another jump may have happened in the meantime.
      untold.splice(0, count);
    },
  };
}
