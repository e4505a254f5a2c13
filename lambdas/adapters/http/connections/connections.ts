// Provides an attempt's connection: an idle one that is still alive, else a new one as soon as
// there is room.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Agent } from 'node:http';
import type { TargetPolicy } from '../../../core/endpoints/address.ts';
import type { AttemptTimings } from '../../../core/deliveries/delivery.ts';
import type { ClientCertificate } from '../../../core/endpoints/client-certificate.ts';
import type { Target } from '../../../core/endpoints/target-url.ts';
import {
  ConnectionPool,
  type Connection,
  type Grant,
  type Idle,
  type PoolBounds,
} from './connection-pool.ts';
import type { Deadline, MonotonicClock } from '../deadline.ts';
import { dialTcp, openTcp, openTls, type Dial } from './guarded-connection.ts';
import { handshakeTurns, type HandshakeTurns } from '../tls/handshake-turns.ts';
import type { Hold } from './places.ts';
import { identityOf, tlsContexts, type TlsContexts } from '../tls/tls-contexts.ts';

/** The attempt that needs a connection. */
export type Attempt = {
  target: Target;
  owner: string;
  deadline: Deadline;
  mark: (step: keyof AttemptTimings) => void;
  clientCertificate?: ClientCertificate | undefined;
};

export type ConnectionOptions = {
  policy: TargetPolicy;
  clock: MonotonicClock;
  /** Certificates (PEM) to trust instead of Node's defaults. */
  ca?: string | string[] | undefined;
  dial?: Dial | undefined;
  bounds?: PoolBounds | undefined;
};

export type Reachable = { attempt: Attempt; addresses: readonly string[] };

export class Connections {
  readonly #options: ConnectionOptions;
  readonly #pool: ConnectionPool;
  readonly #contexts: TlsContexts;
  readonly #turns: HandshakeTurns;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#pool = new ConnectionPool(options.bounds);
    this.#contexts = tlsContexts(options.ca);
    this.#turns = handshakeTurns(options.clock);
  }

  get agent(): Agent {
    return this.#pool.agent;
  }

  /** The deadline is paused while waiting for a slot: that time is not the endpoint's fault. */
  grant({ attempt, addresses }: Reachable): Promise<Grant> {
    const { owner, deadline } = attempt;
    const wish = { origin: originOf(attempt), owner, addresses };
    return deadline.standStill(this.#pool.grant(wish));
  }

  /** An idle connection may have died unnoticed: then its slot is used for a new one. */
  async connect(
    { hold, idle }: Grant,
    to: Reachable,
  ): Promise<{ connection: Connection; isReused: boolean }> {
    if (idle !== undefined && (await isSound(idle))) {
      return { connection: idle.connection, isReused: true };
    }
    idle?.connection.socket.destroy();
    return { connection: await this.open(hold, to), isReused: false };
  }

  /** Rejects with a `SendFailure` or, if no packet left, an `UnsentError`. */
  async open({ place }: Hold, { attempt, addresses }: Reachable): Promise<Connection> {
    const { target, deadline, mark, clientCertificate } = attempt;
    const { policy, clock, dial = dialTcp } = this.#options;
    // First, since a bad certificate must not cost the endpoint a connection.
    const context = target.scheme === 'https' ? this.#contexts.of(clientCertificate) : undefined;
    const tcp = await openTcp(addresses, target.port, { dial, policy, deadline, clock });
    mark('connectMs');
    const connection = this.#pool.add({ ...tcp, origin: originOf(attempt), place });
    if (context === undefined) return connection;
    const socket = await openTls(tcp.socket, target, { context, turns: this.#turns, deadline });
    mark('tlsMs');
    return { ...connection, socket };
  }

  close(): void {
    this.#pool.close();
  }
}

/**
 * Includes the client certificate and key, or one subscription's requests could travel as
 * another's.
 */
function originOf({ target, clientCertificate }: Attempt): string {
  const { scheme, host, port } = target;
  return `${scheme}://${identityOf(clientCertificate)}@${host}:${port}`;
}

/**
 * Lets pending kernel events surface: after a pause (a frozen function) the peer has often closed
 * the connection. The first turn may be the rest of the current one, so only two are sure to poll
 * the sockets.
 */
async function isSound({ connection, bytesRead }: Idle): Promise<boolean> {
  await nextTurn();
  await nextTurn();
  const { socket } = connection;
  // Unsolicited bytes would be taken for the response to the next request (response smuggling).
  // Newer releases of Node 24 check for them, too.
  return socket.writable && socket.readable && socket.bytesRead === bytesRead;
}
