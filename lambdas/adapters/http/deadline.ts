// One deadline per attempt: every step waits against it, so that no sum of slow steps exceeds it. It stands still
// while the attempt waits for something of ours.
import { limits } from '../../contract/limits/limits.ts';

/** Milliseconds that never step back, as `performance.now()` gives them. */
export type MonotonicClock = { now(): number };

export type Deadline = {
  /** Aborted when the deadline has passed. */
  readonly signal: AbortSignal;
  /** Of what counts. */
  elapsedMs(): number;
  remainingMs(): number;
  /** True when it was seen to pass much later than it did: then this process stood still, and used up the time. */
  isOverslept(): boolean;
  /** The time that the work takes does not count. */
  standStill<Result>(work: Promise<Result>): Promise<Result>;
  /** To be called in any case; a running timer holds the process. */
  end(): void;
};

export function startDeadline(wantedMs: number, clock: MonotonicClock): Deadline {
  // Node would take what is too large, negative or no number at all for 1 ms, and warn.
  const timeoutMs = wantedMs > 0 ? Math.min(wantedMs, limits.deliveryTimeoutMsMax) : 0;
  const controller = new AbortController();
  let startedAt = clock.now();
  let seenToPassMs = 0;
  const elapsedMs = (): number => clock.now() - startedAt;
  const remainingMs = (): number => Math.max(0, timeoutMs - elapsedMs());
  const pass = (): void => {
    seenToPassMs = elapsedMs();
    controller.abort();
  };
  let timer = setTimeout(pass, timeoutMs);
  return {
    signal: controller.signal,
    elapsedMs,
    remainingMs,
    isOverslept: () => seenToPassMs > timeoutMs + limits.oversleepMsMax,
    async standStill(work) {
      const stoodStillAt = clock.now();
      clearTimeout(timer);
      try {
        return await work;
      } finally {
        startedAt += clock.now() - stoodStillAt;
        timer = setTimeout(pass, remainingMs());
      }
    },
    end: () => clearTimeout(timer),
  };
}

/** Rejects with what `timeIsUp` makes when the deadline comes first; the work itself goes on and is ignored. */
export async function beforeDeadline<Result>(
  work: Promise<Result>,
  deadline: Deadline,
  timeIsUp: () => Error,
): Promise<Result> {
  const { signal } = deadline;
  let passed = (): void => {};
  const passing = new Promise<never>((_resolve, reject) => {
    passed = () => reject(timeIsUp());
    signal.addEventListener('abort', passed, { once: true });
    if (signal.aborted) passed();
  });
  try {
    return await Promise.race([work, passing]);
  } finally {
    signal.removeEventListener('abort', passed);
  }
}
