// A clock that stands still until a test moves it. It starts in the future: a database that removes expired rows by
// the real time must not remove the ones a test still reads.
import type { SteadyClock } from '../../lambdas/core/ports.ts';
import { noon } from './factories.ts';

export type TestClock = SteadyClock & { advance(ms: number): void };

export function createTestClock(startAt: number = noon): TestClock {
  let now = startAt;
  return {
    now: () => now,
    steady: () => now,
    advance(ms) {
      now += ms;
    },
  };
}
