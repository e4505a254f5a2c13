// Resolves host names by DNS alone. c-ares queries the servers of resolv.conf on its own sockets;
// `dns.lookup` would occupy one of libuv's four threads for every slow name. So /etc/hosts, search
// domains and mDNS are not consulted: a webhook's host is a fully qualified public name. For names
// that an operator allows see `hosts-file.ts`.
import { Resolver } from 'node:dns/promises';
import { limits } from '../../../contract/limits/limits.ts';
import type { MonotonicClock } from '../deadline.ts';
import { codeOf } from '../node-error.ts';
import { UnsentError } from '../../../core/shared/port-errors.ts';
import { unsentByDns } from '../own-faults.ts';
import { resolverWatch } from './resolver-watch.ts';
import { SendFailure } from '../send-failure.ts';

export type HostResolver = {
  /**
   * IPv4 addresses first, since most hosts have them. Rejects with a `SendFailure` or an
   * `UnsentError`.
   */
  resolve(name: string): Promise<readonly string[]>;
  /** True while no name server answers for any name. */
  isSilent(): boolean;
  close(): void;
};

type Answer = { addresses: readonly string[]; ttlMs: number; error: string | null };
type Known = { addresses: readonly string[]; expiresAt: number };
type Found = { address: string; ttl: number };

export function hostResolver(options: {
  clock: MonotonicClock;
  /** `address:port` each; default: the system's. */
  servers?: readonly string[] | undefined;
}): HostResolver {
  const { clock, servers } = options;
  const dns = new Resolver({ timeout: limits.dnsQueryTimeoutMs, tries: limits.dnsTriesMax });
  if (servers !== undefined) dns.setServers(servers);
  const watch = resolverWatch(dns, clock);
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<readonly string[]>>();

  async function ask(name: string): Promise<readonly string[]> {
    const queries = [dns.resolve4(name, { ttl: true }), dns.resolve6(name, { ttl: true })];
    const answers = await watch.during(bothOrOne(queries.map(answerOf)));
    const addresses = answers.flatMap((answer) => answer.addresses);
    if (addresses.length === 0) {
      const codes = answers.map(({ error }) => error ?? 'ENODATA');
      const isUnheard = codes.includes('ETIMEOUT') && watch.isSilent();
      throw isUnheard ? new UnsentError('no_resolver') : failureOf(codes);
    }
    const useful = answers.filter((answer) => answer.addresses.length > 0);
    remember(name, addresses, Math.min(...useful.map((answer) => answer.ttlMs)));
    return addresses;
  }

  async function answerOf(query: Promise<Found[]>): Promise<Answer> {
    const answer = await toAnswer(query);
    watch.heard(answer.error);
    return answer;
  }

  function remember(name: string, addresses: readonly string[], ttlMs: number): void {
    if (ttlMs === 0) return;
    known.set(name, {
      addresses,
      expiresAt: clock.now() + Math.min(ttlMs, limits.dnsCacheTtlMsMax),
    });
    const oldest = known.keys().next();
    if (known.size > limits.dnsCacheEntriesMax && !oldest.done) known.delete(oldest.value);
  }

  return {
    async resolve(name) {
      const entry = known.get(name);
      if (entry !== undefined && entry.expiresAt > clock.now()) return entry.addresses;
      known.delete(name);
      const running = asking.get(name);
      if (running !== undefined) return running;
      const asked = ask(name).finally(() => asking.delete(name));
      asking.set(name, asked);
      return asked;
    },
    isSilent: () => watch.isSilent(),
    close() {
      dns.cancel();
      known.clear();
    },
  };
}

async function toAnswer(query: Promise<Found[]>): Promise<Answer> {
  try {
    const found = await query;
    return {
      addresses: found.map(({ address }) => address),
      ttlMs: Math.min(...found.map(({ ttl }) => ttl)) * 1_000,
      error: null,
    };
  } catch (error) {
    return { addresses: [], ttlMs: 0, error: codeOf(error) };
  }
}

/**
 * Some servers never answer for IPv6. Once one family has arrived, the other gets only a moment
 * more.
 */
function bothOrOne(queries: readonly Promise<Answer>[]): Promise<Answer[]> {
  return new Promise((resolve) => {
    const answers: (Answer | null)[] = queries.map(() => null);
    const finish = (): void => resolve(answers.filter((answer) => answer !== null));
    let timer: NodeJS.Timeout | undefined;
    queries.forEach((query, index) => {
      void query.then((answer) => {
        answers[index] = answer;
        if (answers.every((other) => other !== null)) {
          clearTimeout(timer);
          finish();
        } else if (answer.addresses.length > 0) {
          timer = setTimeout(finish, limits.dnsOtherFamilyWaitMs);
        }
      });
    });
  });
}

function failureOf(codes: readonly string[]): Error {
  if (codes.every((code) => code === 'ENOTFOUND' || code === 'ENODATA')) {
    return new SendFailure('dns_not_found');
  }
  const unsent = unsentByDns(codes);
  if (unsent !== undefined) return unsent;
  return new SendFailure(codes.includes('ETIMEOUT') ? 'dns_timeout' : 'dns_failed');
}
