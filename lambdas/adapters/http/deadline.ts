// One absolute deadline per attempt: every step waits against it, so that no sum of slow steps exceeds it.
import { limits } from '../../contract/limits.ts';
import type { SendErrorCode } from '../../core/send-result.ts';
import { SendFailure } from './send-failure.ts';

/** Milliseconds that never step back, as `performance.now()` gives them. */
export type MonotonicClock = { now(): number };

export type Deadline = {
  /** Aborted when the deadline has passed. */
  readonly signal: AbortSignal;
  remainingMs(): number;
  /** To be called in any case; a running timer holds the process. */
  end(): void;
};

export function startDeadline(wantedMs: number, clock: MonotonicClock): Deadline {
  // Node would take what is too large, negative or no number at all for 1 ms, and warn.
  const timeoutMs = wantedMs > 0 ? Math.min(wantedMs, limits.deliveryTimeoutMsMax) : 0;
  const endsAt = clock.now() + timeoutMs;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, endsAt - clock.now()),
    end: () => clearTimeout(timer),
  };
}

/** Rejects with the code when the deadline comes first; the work itself goes on and is ignored. */
export async function beforeDeadline<Result>(
  work: Promise<Result>,
  deadline: Deadline,
  code: SendErrorCode,
): Promise<Result> {
  const { signal } = deadline;
  let passed = (): void => {};
  const passing = new Promise<never>((_resolve, reject) => {
    passed = () => reject(new SendFailure(code));
    signal.addEventListener('abort', passed, { once: true });
    if (signal.aborted) passed();
  });
  try {
    return await Promise.race([work, passing]);
  } finally {
    signal.removeEventListener('abort', passed);
  }
}
