// Distinguishes a name that nobody answers for from a resolver that answers nobody. The first is
// the endpoint's problem, the second is ours. A working resolver knows the root, whatever happens
// to the name: so in doubt it is asked for that.
import type { Resolver } from 'node:dns/promises';
import { limits } from '../../../contract/limits/limits.ts';
import type { MonotonicClock } from '../deadline.ts';
import { codeOf } from '../node-error.ts';
import { isAnswerOfDns } from '../own-faults.ts';

export type ResolverWatch = {
  /** Must be called with the result of every query: an error code, or null. */
  heard(code: string | null): void;
  /** Doubt may arise while the work lasts. */
  during<Result>(work: Promise<Result>): Promise<Result>;
  /** True if nothing at all was heard since the doubt arose, although there was time. */
  isSilent(): boolean;
};

export function resolverWatch(
  dns: Pick<Resolver, 'resolveNs'>,
  clock: MonotonicClock,
): ResolverWatch {
  let doubtedAt: number | null = null;
  let isAsking = false;

  function heard(code: string | null): void {
    if (code === null || isAnswerOfDns(code)) doubtedAt = null;
  }

  function doubt(): void {
    doubtedAt ??= clock.now();
    if (isAsking) return;
    isAsking = true;
    dns
      .resolveNs('.')
      .then(
        () => heard(null),
        (error: unknown) => heard(codeOf(error)),
      )
      .finally(() => (isAsking = false));
  }

  return {
    heard,
    async during(work) {
      const timer = setTimeout(doubt, limits.dnsDoubtMs);
      try {
        return await work;
      } finally {
        clearTimeout(timer);
      }
    },
    isSilent: () => doubtedAt !== null && clock.now() - doubtedAt >= limits.dnsDoubtMs,
  };
}
