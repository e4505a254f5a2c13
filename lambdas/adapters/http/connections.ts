// Where an attempt gets its connection from: an idle one that is still alive, else a new one, as soon as there is
// room for it.
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { Agent } from 'node:http';
import type { TargetPolicy } from '../../core/address.ts';
import type { AttemptTimings } from '../../core/delivery.ts';
import type { ClientCertificate } from '../../core/endpoint-auth.ts';
import type { Target } from '../../core/target-url.ts';
import { ConnectionPool, type Connection, type Place, type PoolBounds } from './connection-pool.ts';
import { beforeDeadline, type Deadline, type MonotonicClock } from './deadline.ts';
import { dialTcp, openTcp, openTls, type Dial } from './guarded-connection.ts';

/** The attempt that a connection is wanted for. */
export type Attempt = {
  target: Target;
  deadline: Deadline;
  mark: (step: keyof AttemptTimings) => void;
  clientCertificate?: ClientCertificate | undefined;
};

export type ConnectionOptions = {
  policy: TargetPolicy;
  clock: MonotonicClock;
  /** Certificates (PEM) to trust instead of Node's own. */
  ca?: string | string[] | undefined;
  dial?: Dial | undefined;
  bounds?: PoolBounds | undefined;
};

export class Connections {
  readonly #options: ConnectionOptions;
  readonly #pool: ConnectionPool;
  #context: SecureContext | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#pool = new ConnectionPool(options.bounds);
  }

  get agent(): Agent {
    return this.#pool.agent;
  }

  /** Rejects with a `SendFailure`. */
  async acquire(
    attempt: Attempt,
    addresses: readonly string[],
    { mayReuse }: { mayReuse: boolean },
  ): Promise<{ connection: Connection; isReused: boolean }> {
    const origin = originOf(attempt);
    for (;;) {
      const idle = mayReuse
        ? await this.#pool.takeIdle(origin, addresses, eventsThatWait)
        : undefined;
      if (idle !== undefined) return { connection: idle, isReused: true };
      const place = this.#pool.takePlace(origin);
      if (place !== undefined) {
        return { connection: await this.#openAt(place, attempt, addresses), isReused: false };
      }
      await beforeDeadline(this.#pool.room(origin), attempt.deadline, 'connect_timeout');
    }
  }

  close(): void {
    this.#pool.close();
  }

  async #openAt(place: Place, attempt: Attempt, addresses: readonly string[]): Promise<Connection> {
    const { target, deadline, mark, clientCertificate } = attempt;
    const { policy, clock, dial = dialTcp } = this.#options;
    const tools = { dial, policy, deadline, clock };
    const tcp = await openTcp(addresses, target.port, tools).catch((error: unknown) => {
      place.release();
      throw error;
    });
    mark('connectMs');
    const connection = this.#pool.add({ ...tcp, origin: originOf(attempt) }, place);
    if (target.scheme === 'http') return connection;
    const context = () => this.#secureContext(clientCertificate);
    const socket = await openTls(tcp.socket, target, { context, deadline });
    mark('tlsMs');
    return { ...connection, socket };
  }

  /** Throws for a certificate or key that OpenSSL does not take. */
  #secureContext(clientCertificate: ClientCertificate | undefined): SecureContext {
    const { ca } = this.#options;
    const options: SecureContextOptions = {
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
    };
    if (clientCertificate !== undefined) {
      const { certificate, privateKey } = clientCertificate;
      return createSecureContext({ ...options, cert: certificate, key: privateKey });
    }
    // Made at the first use and kept: it holds all root certificates.
    this.#context ??= createSecureContext(options);
    return this.#context;
  }
}

/** With the client's certificate and key, or one subscription's requests could travel as another's. */
function originOf({ target, clientCertificate }: Attempt): string {
  const { scheme, host, port } = target;
  const identity =
    clientCertificate === undefined
      ? ''
      : createHash('sha256').update(JSON.stringify(clientCertificate)).digest('hex');
  return `${scheme}://${identity}@${host}:${port}`;
}

/**
 * Lets events be seen that the kernel holds already: after a pause (a frozen function) the peer has often closed
 * the connection. The first turn may be the rest of the present one, so only two include a look at the sockets.
 */
async function eventsThatWait(): Promise<void> {
  await nextTurn();
  await nextTurn();
}
