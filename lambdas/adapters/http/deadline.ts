// One deadline per attempt: every step waits against it, so that no sum of slow steps exceeds it.
// It is paused while the attempt waits for our own resources.
import { limits } from '../../contract/limits/limits.ts';

/** Monotonic milliseconds, as from `performance.now()`. */
export type MonotonicClock = { now(): number };

export type Deadline = {
  /** Aborted when the deadline has passed. */
  readonly signal: AbortSignal;
  /** Of what counts. */
  elapsedMs(): number;
  remainingMs(): number;
  /**
   * True if it was noticed much later than it passed: then this process was stalled and used up the
   * time.
   */
  isOverslept(): boolean;
  /** The time of this work does not count. */
  standStill<Result>(work: Promise<Result>): Promise<Result>;
  /** Must always be called; a running timer keeps the process alive. */
  end(): void;
};

export function startDeadline(wantedMs: number, clock: MonotonicClock): Deadline {
  // Node would treat an oversized, negative or non-numeric value as 1 ms, and warn.
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

/**
 * Rejects with the result of `timeIsUp` if the deadline comes first; the work itself continues and
 * is ignored.
 */
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
