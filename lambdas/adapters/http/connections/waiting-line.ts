// The queue for connection slots, with one line per owner and origin: the owner using the fewest
// connections goes first, then first come, first served. Only the one served is woken.
import { UnsentError } from '../../../core/shared/port-errors.ts';
import type { Claim } from './places.ts';

type Waiter<Wish, Grant> = { serial: number; wish: Wish; give: (grant: Grant) => void };

export class WaitingLine<Wish extends Claim, Grant> {
  readonly #waitMsMax: number;
  #serial = 0;
  readonly #lines = new Map<string, Waiter<Wish, Grant>[]>();

  constructor(waitMsMax: number) {
    this.#waitMsMax = waitMsMax;
  }

  /** Rejects with an `UnsentError` if the wait is too long. */
  wait(wish: Wish): Promise<Grant> {
    const key = `${wish.origin} ${wish.owner}`;
    const line = this.#lines.get(key) ?? [];
    this.#lines.set(key, line);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#remove(key, waiter);
        reject(new UnsentError('no_place'));
      }, this.#waitMsMax);
      const give = (grant: Grant): void => {
        clearTimeout(timer);
        this.#remove(key, waiter);
        resolve(grant);
      };
      this.#serial += 1;
      const waiter = { serial: this.#serial, wish, give };
      line.push(waiter);
    });
  }

  /** Serves every waiter it can. */
  serve(usesOf: (wish: Wish) => number, grant: (wish: Wish) => Grant | undefined): void {
    while (this.#serveOne(usesOf, grant));
  }

  #serveOne(usesOf: (wish: Wish) => number, grant: (wish: Wish) => Grant | undefined): boolean {
    const firsts = [...this.#lines.values()].flatMap((line) => line.slice(0, 1));
    const inOrder = firsts.toSorted(
      (a, b) => usesOf(a.wish) - usesOf(b.wish) || a.serial - b.serial,
    );
    for (const { wish, give } of inOrder) {
      const granted = grant(wish);
      if (granted === undefined) continue;
      give(granted);
      return true;
    }
    return false;
  }

  #remove(key: string, waiter: Waiter<Wish, Grant>): void {
    const left = (this.#lines.get(key) ?? []).filter((other) => other !== waiter);
    if (left.length === 0) this.#lines.delete(key);
    else this.#lines.set(key, left);
  }
}
