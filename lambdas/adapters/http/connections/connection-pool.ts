// Connections that outlive an attempt. One is reused only for the origin and address that it was
// opened to, so only while the host's current, checked DNS answer still includes that address.
// Node's Agent keeps idle connections; opening and counting happen here, because the guard must
// come first and because an Agent at its limit does not close an idle connection to make room for
// another origin.
import { Agent, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from '../../../contract/limits/limits.ts';
import { Place, Places, type Claim, type Hold, type PlaceBounds } from './places.ts';
import { SendFailure } from '../send-failure.ts';
import { WaitingLine } from './waiting-line.ts';

export type Connection = {
  /** Unique, so that the agent has no choice. */
  name: string;
  origin: string;
  address: string;
  socket: Socket;
  place: Place;
};

export type ConnectedRequest = ClientRequestArgs & { connection: Connection };

export type PoolBounds = PlaceBounds &
  Pick<Record<keyof typeof limits, number>, 'socketIdleMs' | 'placeWaitMsMax'>;

/** What an attempt needs: an idle connection to one of these addresses, or a slot for a new one. */
export type Wish = Claim & { addresses: readonly string[] };

/** A connection that was just idle, with the byte count from when it went idle. */
export type Idle = { connection: Connection; bytesRead: number };

export type Grant = { hold: Hold; idle: Idle | undefined };

class OneConnectionAgent extends Agent {
  override getName(options?: object): string {
    return (options as ConnectedRequest).connection.name;
  }

  override createConnection(options: ClientRequestArgs): Socket {
    const { socket } = (options as ConnectedRequest).connection;
    if (!socket.writable) throw new SendFailure('connection_reset', { progress: 'untouched' });
    return socket;
  }
}

export class ConnectionPool {
  readonly agent: Agent;
  readonly #places: Places;
  readonly #waiting: WaitingLine<Wish, Grant>;
  /** By name, longest idle first. */
  readonly #idle = new Map<string, Idle>();
  #isServing = false;
  #serial = 0;

  constructor(bounds: PoolBounds = limits) {
    this.#places = new Places(bounds);
    this.#places.onChange = () => this.#serve();
    this.#waiting = new WaitingLine(bounds.placeWaitMsMax);
    // The timeout closes only idle connections; a request in progress has its deadline.
    this.agent = new OneConnectionAgent({ keepAlive: true, timeout: bounds.socketIdleMs });
    this.agent.on('free', (_socket: Socket, { connection }: ConnectedRequest) => {
      const { name, socket, place } = connection;
      if (this.agent.freeSockets[name] === undefined) return;
      this.#idle.set(name, { connection, bytesRead: socket.bytesRead });
      place.rest();
    });
  }

  add(connection: Omit<Connection, 'name'>): Connection {
    this.#serial += 1;
    const name = `${this.#serial} ${connection.origin}`;
    connection.socket.once('close', () => this.#idle.delete(name));
    connection.place.open(connection.socket);
    return { ...connection, name };
  }

  /** Waits if there is no room, and rejects with an `UnsentError` if that takes too long. */
  async grant(wish: Wish): Promise<Grant> {
    return this.#grantAtOnce(wish) ?? this.#waiting.wait(wish);
  }

  close(): void {
    this.agent.destroy();
  }

  #grantAtOnce(wish: Wish): Grant | undefined {
    if (!this.#places.mayUse(wish)) return undefined;
    const idle = [...this.#idle.values()].findLast(
      ({ connection }) =>
        connection.origin === wish.origin && wish.addresses.includes(connection.address),
    );
    if (idle !== undefined) {
      this.#idle.delete(idle.connection.name);
      return { hold: idle.connection.place.hold(wish.owner), idle };
    }
    if (!this.#makeRoom(wish.origin)) return undefined;
    return { hold: new Place(this.#places, wish.origin).hold(wish.owner), idle: undefined };
  }

  /** Closes the longest-idle connection among those in the way. */
  #makeRoom(origin: string): boolean {
    const isFullThere = !this.#places.hasRoomAt(origin);
    if (!isFullThere && this.#places.hasRoom()) return true;
    const inTheWay = [...this.#idle.values()].find(
      ({ connection }) => !isFullThere || connection.origin === origin,
    );
    if (inTheWay === undefined) return false;
    this.#idle.delete(inTheWay.connection.name);
    inTheWay.connection.place.evict();
    return true;
  }

  #serve(): void {
    if (this.#isServing) return; // Granting a slot may close a connection, which triggers another change.
    this.#isServing = true;
    this.#waiting.serve(
      (wish) => this.#places.usesOf(wish),
      (wish) => this.#grantAtOnce(wish),
    );
    this.#isServing = false;
  }
}
