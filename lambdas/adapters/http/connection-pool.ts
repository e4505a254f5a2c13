// Connections that outlive an attempt. One is reused only for the origin and the address that it was opened to, so
// only while the host's present, checked answer still has that address.
// Node's Agent keeps idle connections; opening and counting them is done here, because the guard must come first
// and because an Agent at its limit does not give up an idle connection to make room for another origin.
import { Agent, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from '../../contract/limits.ts';
import { SendFailure } from './send-failure.ts';

export type Connection = {
  /** Unique, so that the agent has no choice of its own. */
  name: string;
  origin: string;
  address: string;
  socket: Socket;
};

/** A counted place for one more connection; to be released once. */
export type Place = { release(): void };

export type ConnectedRequest = ClientRequestArgs & { connection: Connection };

export type PoolBounds = Pick<
  Record<keyof typeof limits, number>,
  'socketsPerOriginMax' | 'socketsMax' | 'socketIdleMs'
>;

class OneConnectionAgent extends Agent {
  override getName(options?: object): string {
    return (options as ConnectedRequest).connection.name;
  }

  override createConnection(options: ClientRequestArgs): Socket {
    const { socket } = (options as ConnectedRequest).connection;
    if (!socket.writable) throw new SendFailure('connection_reset', { untouched: true });
    return socket;
  }
}

export class ConnectionPool {
  readonly agent: Agent;
  readonly #bounds: PoolBounds;
  /** By name, longest idle first, with what had been read when the connection came to rest. */
  readonly #idle = new Map<string, { connection: Connection; bytesRead: number }>();
  readonly #places = new Map<string, number>();
  #waiting: (() => void)[] = [];
  #serial = 0;

  constructor(bounds: PoolBounds = limits) {
    this.#bounds = bounds;
    // The timeout ends idle connections only; a request in progress has its deadline.
    this.agent = new OneConnectionAgent({ keepAlive: true, timeout: bounds.socketIdleMs });
    this.agent.on('free', (_socket: Socket, { connection }: ConnectedRequest) => {
      const { name, socket } = connection;
      if (this.agent.freeSockets[name] === undefined) return;
      this.#idle.set(name, { connection, bytesRead: socket.bytesRead });
      this.#wake();
    });
  }

  add(connection: Omit<Connection, 'name'>, place: Place): Connection {
    this.#serial += 1;
    const name = `${this.#serial} ${connection.origin}`;
    connection.socket.once('close', () => {
      this.#idle.delete(name);
      place.release();
    });
    return { ...connection, name };
  }

  /** Takes an idle connection that is still alive after `settle`; those that are not are closed. */
  async takeIdle(
    origin: string,
    addresses: readonly string[],
    settle: () => Promise<void>,
  ): Promise<Connection | undefined> {
    for (;;) {
      const idle = [...this.#idle.values()].findLast(
        ({ connection }) => connection.origin === origin && addresses.includes(connection.address),
      );
      if (idle === undefined) return undefined;
      this.#idle.delete(idle.connection.name);
      await settle();
      const { socket } = idle.connection;
      // Bytes that came unasked would be taken for the answer to the next request (response smuggling). Newer
      // releases of Node 24 watch for them, too.
      if (socket.writable && socket.readable && socket.bytesRead === idle.bytesRead) {
        return idle.connection;
      }
      socket.destroy();
    }
  }

  /** Undefined when there is no room: see `room`. */
  takePlace(origin: string): Place | undefined {
    const used = this.#places.get(origin) ?? 0;
    const { socketsPerOriginMax, socketsMax } = this.#bounds;
    if (used >= socketsPerOriginMax || this.#used() >= socketsMax) return undefined;
    this.#places.set(origin, used + 1);
    return { release: () => this.#release(origin) };
  }

  /** Closes an idle connection that stands in the way, if there is one; resolves when something changed. */
  room(origin: string): Promise<void> {
    const isFull = (this.#places.get(origin) ?? 0) >= this.#bounds.socketsPerOriginMax;
    const inTheWay = [...this.#idle.values()].find(
      ({ connection }) => !isFull || connection.origin === origin,
    );
    inTheWay?.connection.socket.destroy();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.agent.destroy();
  }

  #used(): number {
    return [...this.#places.values()].reduce((sum, count) => sum + count, 0);
  }

  #release(origin: string): void {
    const left = (this.#places.get(origin) ?? 1) - 1;
    if (left === 0) this.#places.delete(origin);
    else this.#places.set(origin, left);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
