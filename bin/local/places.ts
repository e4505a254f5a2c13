// How many in-flight slots a subscription may take, given how long its endpoint holds them. Fast
// responses hurt nobody, however many there are; hanging ones must not take others' slots, however
// many endpoints hang. Pure: times come in as values, from a monotonic clock.
//
// - What is quick may use all places. What is slow shares a half of them, and with it what is untested three quarters: so
//   a part is left for those who have shown that they are quick, and a part for newcomers.
// - Of what is free to its kind, one subscription may hold a share (a dynamic threshold, as switches share their buffers):
//   much while it is alone, less the more others hold, and always one.
// - Who has not answered yet has a few at most: how long it will hold them is not known.
import type { Room } from '../../lambdas/adapters/sqlite/queue/queue-receiver.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';

export type Pace = 'quick' | 'untested' | 'slow';

export type Use = {
  /** Slots that it holds. */
  held: number;
  /** Start of each request in flight, in ms. */
  sendingSince: readonly number[];
  /** Recent request duration in ms; undefined until one has ended. */
  recentMs: number | undefined;
};

/** How many slots are taken, by the pace of the holder. */
export type Taken = Readonly<Record<Pace, number>>;

/** The weight of the newest request, so that one slow answer among many does not make an endpoint slow. */
const newestRatio = 0.25;

export function paceOf({ sendingSince, recentMs }: Use, now: number): Pace {
  const hanging = sendingSince.filter((at) => now - at >= limits.localQuickMs).length;
  if (recentMs === undefined) return hanging === 0 ? 'untested' : 'slow';
  const isSlow = recentMs >= limits.localQuickMs || hanging > limits.localUntestedInFlightMax;
  return isSlow ? 'slow' : 'quick';
}

/** `recentMs` after a request that took `tookMs`. */
export function recentAfter(recentMs: number | undefined, tookMs: number): number {
  // A process suspended for an hour says nothing about the endpoint.
  const newestMs = Math.min(tookMs, limits.deliveryTimeoutMsMax);
  return recentMs === undefined ? newestMs : recentMs + (newestMs - recentMs) * newestRatio;
}

/** How many more slots the subscription may take. */
export function roomFor({ held, recentMs }: Use, pace: Pace, taken: Taken): number {
  const free = freeFor(pace, taken);
  const share = Math.max(1, Math.floor(free * limits.localShareOfFreeRatio));
  const most =
    recentMs === undefined
      ? limits.localUntestedInFlightMax
      : limits.localInFlightPerSubscriptionMax;
  return Math.min(Math.min(share, most) - held, free);
}

function freeFor(pace: Pace, taken: Taken): number {
  const notQuick = taken.slow + taken.untested;
  const all = limits.localInFlightMax;
  switch (pace) {
    case 'quick':
      return all - notQuick - taken.quick;
    case 'untested':
      return Math.min(all * limits.localUntestedRatio, all - taken.quick) - notQuick;
    case 'slow':
      return Math.min(all * limits.localSlowRatio, all - taken.quick) - notQuick;
  }
}

/** Reports on the requests made in a slot, one after the other; `free` comes last, once. */
export type Place = {
  sendBegan(now: number): void;
  sendEnded(now: number): void;
  free(): void;
};

export type Places = {
  /** How many are free, regardless of who asks. */
  free(): number;
  /** For one receive call, which counts what it takes. */
  roomAt(now: number): Room;
  take(subscriptionId: string): Place;
};

type Holder = { held: number; sendingSince: number[] };

export function createPlaces(): Places {
  const holders = new Map<string, Holder>();
  const recent = new Map<string, number>();
  let count = 0;
  const useOf = (id: string): Use => ({
    ...(holders.get(id) ?? { held: 0, sendingSince: [] }),
    recentMs: recent.get(id),
  });

  /** Evicts the least recently used: it then counts as untested. */
  function remember(id: string, recentMs: number): void {
    recent.delete(id);
    recent.set(id, recentMs);
    const [oldest] = recent.keys();
    if (recent.size > limits.localPacesKept && oldest !== undefined) recent.delete(oldest);
  }

  return {
    free: () => limits.localInFlightMax - count,
    take(id) {
      count += 1;
      const holder = holders.get(id) ?? { held: 0, sendingSince: [] };
      holders.set(id, holder);
      holder.held += 1;
      let beganAt = 0;
      return {
        sendBegan(now) {
          beganAt = now;
          holder.sendingSince.push(now);
        },
        sendEnded(now) {
          holder.sendingSince.splice(holder.sendingSince.indexOf(beganAt), 1);
          remember(id, recentAfter(recent.get(id), now - beganAt));
        },
        free() {
          count -= 1;
          holder.held -= 1;
          if (holder.held === 0) holders.delete(id);
        },
      };
    },
    roomAt(now) {
      const taken = { quick: 0, untested: 0, slow: 0 };
      const fresh = new Map<string, number>();
      for (const id of holders.keys()) {
        const use = useOf(id);
        taken[paceOf(use, now)] += use.held;
      }
      const use = (id: string): Use => {
        const known = useOf(id);
        return { ...known, held: known.held + (fresh.get(id) ?? 0) };
      };
      return {
        has: (id) => roomFor(use(id), paceOf(use(id), now), taken) > 0,
        take(id) {
          taken[paceOf(use(id), now)] += 1;
          fresh.set(id, (fresh.get(id) ?? 0) + 1);
        },
      };
    },
  };
}
