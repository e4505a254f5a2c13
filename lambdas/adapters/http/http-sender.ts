// Sends webhooks to hosts that strangers chose. Every attempt has one deadline over DNS, connection, TLS, request
// and response; ends up only at addresses that the policy allows; follows no redirect, uses no proxy, speaks
// HTTP/1.1; and reads a bounded part of the answer.
import type { TargetPolicy } from '../../core/address.ts';
import type { AttemptTimings } from '../../core/delivery.ts';
import type { Sender } from '../../core/ports.ts';
import type { SendRequest } from '../../core/send-result.ts';
import { checkTargetUrl, type Target } from '../../core/target-url.ts';
import type { PoolBounds } from './connection-pool.ts';
import { Connections, type Attempt } from './connections.ts';
import { startDeadline, type MonotonicClock } from './deadline.ts';
import { exchange, type Response } from './exchange.ts';
import { checkedAddresses, type Dial } from './guarded-connection.ts';
import { hostResolver } from './host-resolver.ts';
import { wireHeaders } from './request-headers.ts';
import { anyFailure, SendFailure } from './send-failure.ts';

export type HttpSenderOptions = {
  policy: TargetPolicy;
  clock?: MonotonicClock;
  /** DNS servers as `address:port`; those of the system unless given. */
  resolverServers?: readonly string[];
  /** Certificates (PEM) to trust instead of Node's own. */
  ca?: string | string[];
  dial?: Dial;
  bounds?: PoolBounds;
};

export function httpSender(options: HttpSenderOptions): Sender & { close(): void } {
  const { policy, clock = performance, resolverServers, ca, dial, bounds } = options;
  const resolver = hostResolver({ clock, servers: resolverServers });
  const connections = new Connections({ policy, clock, ca, dial, bounds });

  async function post(request: SendRequest, attempt: Attempt): Promise<Response> {
    const { target, deadline, mark } = attempt;
    const message = {
      agent: connections.agent,
      target,
      headers: wireHeaders(request),
      body: request.body,
      deadline,
      responseCharacters: request.responseCharacters,
      onFirstByte: () => mark('firstByteMs'),
    };
    const addresses = await checkedAddresses(target, policy, { resolver, deadline });
    if (target.hostKind === 'name') mark('dnsMs');
    const tryOver = async (mayReuse: boolean): Promise<Response> => {
      const { connection, isReused } = await connections.acquire(attempt, addresses, { mayReuse });
      try {
        return await exchange({ ...message, connection });
      } catch (error) {
        // Only what certainly never left this process is sent again, and only after a lost connection.
        const { code, untouched } = anyFailure(error);
        if (!isReused || !untouched || code !== 'connection_reset') throw error;
        return tryOver(false);
      }
    };
    return tryOver(true);
  }

  return {
    async send(request) {
      const startedAt = clock.now();
      const elapsedMs = (): number => Math.round(clock.now() - startedAt);
      const timings: AttemptTimings = {
        dnsMs: null,
        connectMs: null,
        tlsMs: null,
        firstByteMs: null,
      };
      const mark = (step: keyof AttemptTimings): void => {
        timings[step] = elapsedMs();
      };
      const deadline = startDeadline(request.timeoutMs, clock);
      try {
        const target = judgedTarget(request.url, policy);
        const { clientCertificate } = request;
        const response = await post(request, { target, deadline, mark, clientCertificate });
        return { kind: 'response', ...response, durationMs: elapsedMs(), timings };
      } catch (error) {
        const { code, message: detail } = anyFailure(error);
        return { kind: 'error', code, detail, durationMs: elapsedMs(), timings };
      } finally {
        deadline.end();
      }
    },
    close() {
      resolver.close();
      connections.close();
    },
  };
}

/** Judged again at every attempt: the policy may have become stricter since the URL was stored. */
function judgedTarget(url: string, policy: TargetPolicy): Target {
  const check = checkTargetUrl(url, policy);
  if (check.ok) return check.target;
  const isAboutThePlace = ['address', 'host_name', 'port'].includes(check.rule);
  if (isAboutThePlace) throw new SendFailure('blocked_address');
  throw new SendFailure('invalid_url', { detail: check.detail });
}
