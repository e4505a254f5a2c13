// Sends webhooks to hosts that strangers chose. Every attempt has one deadline for DNS, connection,
// TLS, request and response; reaches only addresses that the policy allows; follows no redirects,
// uses no proxy, speaks HTTP/1.1; and reads a bounded part of the response.
import type { TargetPolicy } from '../../core/endpoints/address.ts';
import type { AttemptTimings } from '../../core/deliveries/delivery.ts';
import { UnsentError } from '../../core/shared/port-errors.ts';
import type { Sender } from '../../core/ports.ts';
import type { SendRequest } from '../../core/deliveries/send-result.ts';
import { checkTargetUrl, isAllowedName, type Target } from '../../core/endpoints/target-url.ts';
import type { Response } from './answers/answer.ts';
import type { PoolBounds } from './connections/connection-pool.ts';
import { Connections, type Attempt } from './connections/connections.ts';
import { startDeadline, type MonotonicClock } from './deadline.ts';
import { exchange } from './exchange.ts';
import { checkedAddresses, type Dial } from './connections/guarded-connection.ts';
import { hostResolver, type HostResolver } from './dns/host-resolver.ts';
import { hostsFileFirst } from './dns/hosts-file.ts';
import { wireHeaders } from './request-headers.ts';
import { anyFailure, SendFailure } from './send-failure.ts';

export type HttpSenderOptions = {
  policy: TargetPolicy;
  clock?: MonotonicClock;
  /** DNS servers as `address:port`; default: the system's. */
  resolverServers?: readonly string[];
  /** The hosts file consulted first for names that the policy allows; default: none. */
  hostsFile?: string;
  /** Certificates (PEM) to trust instead of Node's defaults. */
  ca?: string | string[];
  dial?: Dial;
  bounds?: PoolBounds;
};

export function httpSender(options: HttpSenderOptions): Sender & { close(): void } {
  const { policy, clock = performance, ca, dial, bounds } = options;
  const resolver = resolverOf(options, clock);
  const connections = new Connections({ policy, clock, ca, dial, bounds });

  async function post(request: SendRequest, attempt: Attempt): Promise<Response> {
    const { target, deadline, mark } = attempt;
    const message = {
      agent: connections.agent,
      method: request.method,
      target,
      headers: wireHeaders(request),
      body: request.body,
      deadline,
      responseCharacters: request.responseCharacters,
      onFirstByte: () => mark('firstByteMs'),
    };
    const addresses = await checkedAddresses(target, policy, { resolver, deadline });
    if (target.hostKind === 'name') mark('dnsMs');
    if (deadline.remainingMs() === 0) throw new UnsentError('no_time');
    const to = { attempt, addresses };
    const grant = await connections.grant(to);
    try {
      const { connection, isReused } = await connections.connect(grant, to);
      return await exchange({ ...message, connection }).catch(async (error: unknown) => {
        const failure = anyFailure(error);
        if (!isReused || !isLostUnanswered(failure)) throw failure;
        const fresh = await connections.open(grant.hold, to).catch(blameFor(failure));
        return exchange({ ...message, connection: fresh }).catch((again: unknown) => {
          throw anyFailure(again);
        });
      });
    } finally {
      grant.hold.end();
    }
  }

  return {
    async send(request) {
      const deadline = startDeadline(request.timeoutMs, clock);
      const elapsedMs = (): number => Math.round(deadline.elapsedMs());
      const timings: AttemptTimings = {
        dnsMs: null,
        connectMs: null,
        tlsMs: null,
        firstByteMs: null,
      };
      const mark = (step: keyof AttemptTimings): void => {
        timings[step] = elapsedMs();
      };
      try {
        if (!(request.timeoutMs > 0)) throw new UnsentError('no_time');
        const target = judgedTarget(request.url, policy);
        const { owner, clientCertificate } = request;
        const attempt = { target, owner, deadline, mark, clientCertificate };
        const response = await post(request, attempt);
        return { kind: 'response', ...response, durationMs: elapsedMs(), timings };
      } catch (error) {
        const { code, message: detail } = failureOf(error);
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

function resolverOf(options: HttpSenderOptions, clock: MonotonicClock): HostResolver {
  const { policy, resolverServers: servers, hostsFile } = options;
  const dns = hostResolver({ clock, servers });
  if (hostsFile === undefined) return dns;
  const isWanted = (name: string): boolean => isAllowedName(name, policy);
  return hostsFileFirst(dns, { path: hostsFile, isWanted });
}

/**
 * The peer closed an idle connection just as the request was sent, and most likely never saw it.
 * Resent, the request may arrive twice, as any may; after one byte of a response it certainly
 * arrived.
 */
function isLostUnanswered({ code, progress }: SendFailure): boolean {
  return code === 'connection_reset' && progress !== undefined;
}

/** Once a request has left, no shortage of ours can undo the attempt. */
function blameFor(failure: SendFailure): (error: unknown) => never {
  return (error) => {
    throw error instanceof UnsentError && failure.progress !== 'untouched' ? failure : error;
  };
}

/**
 * Throws whatever is not an attempt, including unforeseen errors: whatever breaks later becomes a
 * `SendFailure` there.
 */
function failureOf(error: unknown): SendFailure {
  if (error instanceof SendFailure) return error;
  throw error instanceof UnsentError ? error : new UnsentError('broken', error);
}

/** Checked again at every attempt: the policy may have become stricter since the URL was stored. */
function judgedTarget(url: string, policy: TargetPolicy): Target {
  const check = checkTargetUrl(url, policy);
  if (check.ok) return check.target;
  const isAboutThePlace = ['address', 'host_name', 'port'].includes(check.rule);
  if (isAboutThePlace) throw new SendFailure('blocked_address');
  throw new SendFailure('invalid_url', { detail: check.detail });
}
