// A connection to an address that the policy allows, or none. There is no gap between check and use: the sockets
// are opened to literal addresses that were checked, and the address that a socket really reached is checked again
// before a byte is written to it, the TLS greeting included.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { limits } from '../../../contract/limits/limits.ts';
import { isAllowedAddress, type TargetPolicy } from '../../../core/endpoints/address.ts';
import { UnsentError } from '../../../core/shared/port-errors.ts';
import { allowedLoopbackAddresses, type Target } from '../../../core/endpoints/target-url.ts';
import { BoundedGreeting } from '../tls/bounded-greeting.ts';
import { beforeDeadline, startDeadline, type Deadline, type MonotonicClock } from '../deadline.ts';
import type { HandshakeTurns } from '../tls/handshake-turns.ts';
import type { HostResolver } from '../dns/host-resolver.ts';
import { unsentByDial } from '../own-faults.ts';
import { connectFailure, SendFailure, tlsFailure } from '../send-failure.ts';

/** Opens a TCP connection; tests replace it to exercise the check of the reached address. */
export type Dial = (to: { host: string; port: number }) => Socket;

export const dialTcp: Dial = (to) => connect({ ...to, noDelay: true });

/**
 * One bad address rejects all: a host that mixes public and private addresses is an attack or a
 * mistake.
 */
export async function checkedAddresses(
  target: Target,
  policy: TargetPolicy,
  dns: { resolver: HostResolver; deadline: Deadline },
): Promise<readonly string[]> {
  const addresses = await addressesOf(target, policy, dns);
  const allowed = addresses.every((address) => isAllowedAddress(address, policy));
  if (!allowed || addresses.length === 0) throw new SendFailure('blocked_address');
  return addresses.slice(0, limits.addressesTriedMax);
}

async function addressesOf(
  target: Target,
  policy: TargetPolicy,
  { resolver, deadline }: { resolver: HostResolver; deadline: Deadline },
): Promise<readonly string[]> {
  switch (target.hostKind) {
    case 'address':
      return [target.host];
    case 'localhost':
      // RFC 6761, 6.3: such names mean the loopback addresses, without DNS.
      return allowedLoopbackAddresses(policy);
    case 'name':
      return beforeDeadline(resolver.resolve(target.host), deadline, () => {
        if (deadline.isOverslept()) return new UnsentError('no_time');
        return resolver.isSilent()
          ? new UnsentError('no_resolver')
          : new SendFailure('dns_timeout');
      });
  }
}

type Tools = { dial: Dial; policy: TargetPolicy; deadline: Deadline; clock: MonotonicClock };

/**
 * Tries the addresses in turn, each with an equal share of the remaining time. If one failed at the
 * endpoint and another for lack of our own resources, the endpoint's failure counts: a packet left.
 */
export async function openTcp(
  addresses: readonly string[],
  port: number,
  tools: Tools,
): Promise<{ socket: Socket; address: string }> {
  let failure: SendFailure | undefined;
  let unsent: UnsentError | undefined;
  for (const [index, address] of addresses.entries()) {
    const share = tools.deadline.remainingMs() / (addresses.length - index);
    const deadline = startDeadline(share, tools.clock);
    try {
      const socket = await dialled({ host: address, port }, tools.dial, deadline);
      return { socket: refuseUnlessAllowed(socket, tools.policy), address };
    } catch (error) {
      if (error instanceof UnsentError) unsent ??= error;
      else {
        const caught = connectFailure(error);
        if (caught.code === 'blocked_address') throw caught;
        failure ??= caught;
      }
    } finally {
      deadline.end();
    }
  }
  throw failure ?? unsent ?? new SendFailure('connect_failed');
}

async function dialled(
  to: { host: string; port: number },
  dial: Dial,
  { signal }: Deadline,
): Promise<Socket> {
  let isLocal = true;
  try {
    const socket = dial(to);
    const connected = ready(socket, { event: 'connect', signal });
    connected.catch(() => {});
    await nextTick();
    isLocal = socket.errored !== null;
    await connected;
    return socket;
  } catch (error) {
    throw unsentByDial(error, { address: to.host, isLocal }) ?? error;
  }
}

/**
 * Node connects in the next tick: an immediate kernel refusal has surfaced by then, before any
 * packet could return.
 */
function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function refuseUnlessAllowed(socket: Socket, policy: TargetPolicy): Socket {
  if (isAllowedAddress(socket.remoteAddress ?? '', policy)) return socket;
  socket.destroy();
  throw new SendFailure('blocked_address');
}

export async function openTls(
  socket: Socket,
  target: Target,
  {
    context,
    turns,
    deadline,
  }: { context: SecureContext; turns: HandshakeTurns; deadline: Deadline },
): Promise<Socket> {
  try {
    const greeting = new BoundedGreeting(socket, (step) => turns.take(target.host, step));
    const secure = greet(greeting, target, context);
    await ready(secure, { event: 'secureConnect', signal: deadline.signal });
    greeting.open();
    return secure;
  } catch (error) {
    socket.destroy();
    throw tlsFailure(error);
  }
}

function greet(socket: Duplex, target: Target, secureContext: SecureContext): TLSSocket {
  return connectTls({
    socket,
    secureContext,
    // Explicit, since environment variables (NODE_TLS_REJECT_UNAUTHORIZED) change Node's defaults.
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    // The name that the certificate must match. RFC 6066, 3: no addresses in the server name.
    host: target.host,
    ...(target.hostKind === 'address' ? {} : { servername: target.host }),
  });
}

async function ready(
  socket: Socket,
  { event, signal }: { event: string; signal: AbortSignal },
): Promise<void> {
  // A socket without an error listener would crash the process, whoever holds it by then.
  socket.on('error', () => {});
  try {
    await once(socket, event, { signal });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
