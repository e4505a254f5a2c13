// OpenSSL computes handshakes on the one thread that does everything else. So they take turns: one
// step per event-loop turn, with everything else running in between. A host whose steps were
// expensive waits behind all others, and such hosts together get a limited share of the time.
import { limits } from '../../../contract/limits/limits.ts';
import type { MonotonicClock } from '../deadline.ts';

export type HandshakeTurns = {
  /** Runs the step when its turn comes; a connection must request its steps one at a time. */
  take(host: string, step: () => void): void;
};

type Asked = { host: string; step: () => void };

export function handshakeTurns(
  clock: MonotonicClock,
  cpuMs: () => number = threadCpuMs,
): HandshakeTurns {
  const quick: Asked[] = [];
  const dear: Asked[] = [];
  /** When each host stops counting as expensive, oldest first. */
  const dearUntil = new Map<string, number>();
  let restsUntil = 0;
  let isScheduled = false;
  let rest: NodeJS.Timeout | undefined;

  const isDear = (host: string): boolean => (dearUntil.get(host) ?? 0) > clock.now();

  function schedule(): void {
    const restMs = restsUntil - clock.now();
    if (isScheduled) return;
    if (quick.length > 0 || (dear.length > 0 && restMs <= 0)) {
      isScheduled = true;
      setImmediate(runNext);
    } else if (dear.length > 0) {
      rest ??= setTimeout(() => {
        rest = undefined;
        schedule();
      }, restMs);
    }
  }

  function next(): Asked | undefined {
    for (let asked = quick.shift(); asked !== undefined; asked = quick.shift()) {
      if (!isDear(asked.host)) return asked;
      dear.push(asked); // It became expensive while this one waited.
    }
    return clock.now() >= restsUntil ? dear.shift() : undefined;
  }

  function runNext(): void {
    isScheduled = false;
    const asked = next();
    if (asked !== undefined) run(asked);
    schedule();
  }

  function run({ host, step }: Asked): void {
    const startedAt = clock.now();
    const cpuBefore = cpuMs();
    step();
    // A machine busy with other work must not make a host look expensive.
    if (cpuMs() - cpuBefore < limits.handshakeDearMs) return;
    const now = clock.now();
    restsUntil = now + (now - startedAt) * (1 / limits.handshakeDearShare - 1);
    dearUntil.delete(host);
    dearUntil.set(host, now + limits.handshakeDearForMs);
    const oldest = dearUntil.keys().next();
    if (dearUntil.size > limits.handshakeDearHostsMax && !oldest.done) {
      dearUntil.delete(oldest.value);
    }
  }

  return {
    take(host, step) {
      (isDear(host) ? dear : quick).push({ host, step });
      schedule();
    },
  };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
