// Tells a name that nobody answers for from a resolver that answers nobody. The first is the endpoint's trouble, the second is
// ours. A resolver that works has the root at hand, whatever becomes of the name: so it is asked for that in doubt.
import type { Resolver } from 'node:dns/promises';
import { limits } from '../../../contract/limits/limits.ts';
import type { MonotonicClock } from '../deadline.ts';
import { codeOf } from '../node-error.ts';
import { isAnswerOfDns } from '../own-faults.ts';

export type ResolverWatch = {
  /** To be called with what came of every question: an error's code, or null. */
  heard(code: string | null): void;
  /** While the work lasts, doubt may arise. */
  during<Result>(work: Promise<Result>): Promise<Result>;
  /** True when nothing at all was heard since the doubt arose, and there was time for it. */
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
