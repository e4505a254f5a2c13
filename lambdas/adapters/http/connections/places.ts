// Counts connections: in total, per origin, and per owner at an origin. Idle ones belong to nobody.
import type { Socket } from 'node:net';
import type { limits } from '../../../contract/limits/limits.ts';

/** Who needs a connection, and to where. */
export type Claim = { origin: string; owner: string };

export type PlaceBounds = Pick<
  Record<keyof typeof limits, number>,
  'socketsPerOriginMax' | 'socketsPerOwnerMax' | 'socketsMax'
>;

/** The use of a place by one attempt, until it ends or the connection rests. */
export type Hold = {
  readonly place: Place;
  /** May be called more than once. */
  end(): void;
};

/**
 * A slot for one connection. It is released when no attempt holds it and its connection is closed.
 */
export class Place {
  readonly #places: Places;
  readonly #origin: string;
  #hold: { share: string } | undefined;
  #socket: Socket | undefined;
  #isGone = false;

  constructor(places: Places, origin: string) {
    this.#places = places;
    this.#origin = origin;
    places.count(origin, 1);
  }

  hold(owner: string): Hold {
    const held = { share: shareOf({ origin: this.#origin, owner }) };
    this.#hold = held;
    this.#places.countUse(held.share, 1);
    const end = (): void => {
      if (this.#hold === held) this.rest();
    };
    return { place: this, end };
  }

  /** From now on the slot belongs to this connection, whatever happens to the previous one. */
  open(socket: Socket): void {
    this.#socket = socket;
    socket.once('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#leave();
    });
  }

  /** The connection is no longer used; it may stay open. */
  rest(): void {
    if (this.#hold === undefined) return;
    this.#places.countUse(this.#hold.share, -1);
    this.#hold = undefined;
    this.#leave();
    this.#places.onChange();
  }

  /** Closes the idle connection. Its slot is free immediately. */
  evict(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#leave();
  }

  #leave(): void {
    if (this.#isGone || this.#hold !== undefined || this.#socket !== undefined) return;
    this.#isGone = true;
    this.#places.count(this.#origin, -1);
    this.#places.onChange();
  }
}

export class Places {
  /** Called when there may be room for a waiter. */
  onChange: () => void = () => {};
  readonly #bounds: PlaceBounds;
  readonly #byOrigin = new Map<string, number>();
  readonly #uses = new Map<string, number>();
  #all = 0;

  constructor(bounds: PlaceBounds) {
    this.#bounds = bounds;
  }

  /** How many connections the owner uses there. */
  usesOf(claim: Claim): number {
    return this.#uses.get(shareOf(claim)) ?? 0;
  }

  mayUse(claim: Claim): boolean {
    return this.usesOf(claim) < this.#bounds.socketsPerOwnerMax;
  }

  hasRoomAt(origin: string): boolean {
    return (this.#byOrigin.get(origin) ?? 0) < this.#bounds.socketsPerOriginMax;
  }

  hasRoom(): boolean {
    return this.#all < this.#bounds.socketsMax;
  }

  count(origin: string, change: 1 | -1): void {
    this.#all += change;
    add(this.#byOrigin, origin, change);
  }

  countUse(share: string, change: 1 | -1): void {
    add(this.#uses, share, change);
  }
}

function shareOf({ origin, owner }: Claim): string {
  return `${origin} ${owner}`;
}

function add(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
