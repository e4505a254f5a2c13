// Which places of what may be in flight a subscription may take, given how long its work holds them. Work that ends at once
// hurts nobody, however much of it there is; work that hangs may not take the place of others, however many endpoints hang.
// Pure: times come in as values, of a clock that never steps.
//
// - What is quick may use all places. What is slow shares a half of them, and with it what is untested three quarters: so
//   a part is left for those who have shown that they are quick, and a part for newcomers.
// - Of what is free to its kind, one subscription may hold a share (a dynamic threshold, as switches share their buffers):
//   much while it is alone, less the more others hold, and always one.
// - What was never seen to end has a few at most: how long it will hold them is not known.
import type { Room } from '../../lambdas/adapters/sqlite/queue-receiver.ts';
import { limits } from '../../lambdas/contract/limits.ts';

export type Pace = 'quick' | 'untested' | 'slow';

export type Use = {
  /** When each of its places was taken, in ms. */
  since: readonly number[];
  /** How long its work held a place of late, in ms; undefined until any has ended. */
  recentMs: number | undefined;
};

/** How many places are taken, by the pace of who holds them. */
export type Taken = Readonly<Record<Pace, number>>;

/** A part of each new measurement, so that one slow answer among many does not make an endpoint slow. */
const newestRatio = 0.25;

export function paceOf({ since, recentMs }: Use, now: number): Pace {
  const hanging = since.filter((at) => now - at >= limits.localQuickMs).length;
  if (recentMs === undefined) return hanging === 0 ? 'untested' : 'slow';
  const isSlow = recentMs >= limits.localQuickMs || hanging > limits.localUntestedInFlightMax;
  return isSlow ? 'slow' : 'quick';
}

/** What `recentMs` is after work that held a place for `heldMs`. */
export function recentAfter(recentMs: number | undefined, heldMs: number): number {
  // A process that stood still for an hour says nothing of the endpoint.
  const newestMs = Math.min(heldMs, limits.deliveryTimeoutMsMax);
  return recentMs === undefined ? newestMs : recentMs + (newestMs - recentMs) * newestRatio;
}

/** How many more places the subscription may take. */
export function roomFor({ since, recentMs }: Use, pace: Pace, taken: Taken): number {
  const free = freeFor(pace, taken);
  const share = Math.max(1, Math.floor(free * limits.localShareOfFreeRatio));
  const most =
    recentMs === undefined
      ? limits.localUntestedInFlightMax
      : limits.localInFlightPerSubscriptionMax;
  return Math.min(Math.min(share, most) - since.length, free);
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

export type Places = {
  /** How many are free, whoever asks. */
  free(): number;
  /** For one receiving, which counts what it takes. */
  roomAt(now: number): Room;
  /** Takes a place; call what it returns, once, when the work has ended. */
  take(subscriptionId: string, now: number): (endedAt: number) => void;
};

export function createPlaces(): Places {
  const since = new Map<string, number[]>();
  const recent = new Map<string, number>();
  let count = 0;
  const useOf = (id: string): Use => ({ since: since.get(id) ?? [], recentMs: recent.get(id) });

  /** Forgets who was not heard of for longest: it counts as untested then. */
  function remember(id: string, recentMs: number): void {
    recent.delete(id);
    recent.set(id, recentMs);
    const [oldest] = recent.keys();
    if (recent.size > limits.localPacesKept && oldest !== undefined) recent.delete(oldest);
  }

  function end(id: string, at: number, endedAt: number): void {
    count -= 1;
    const others = since.get(id) ?? [];
    others.splice(others.indexOf(at), 1);
    if (others.length === 0) since.delete(id);
    remember(id, recentAfter(recent.get(id), endedAt - at));
  }

  return {
    free: () => limits.localInFlightMax - count,
    take(id, now) {
      count += 1;
      const held = since.get(id) ?? [];
      since.set(id, held);
      held.push(now);
      return (endedAt) => {
        end(id, now, endedAt);
      };
    },
    roomAt(now) {
      const taken = { quick: 0, untested: 0, slow: 0 };
      const uses = new Map<string, Use>();
      for (const id of since.keys()) {
        const use = { ...useOf(id), since: [...(since.get(id) ?? [])] };
        uses.set(id, use);
        taken[paceOf(use, now)] += use.since.length;
      }
      const use = (id: string) => uses.get(id) ?? useOf(id);
      return {
        has: (id) => roomFor(use(id), paceOf(use(id), now), taken) > 0,
        take(id) {
          const before = use(id);
          taken[paceOf(before, now)] += 1;
          uses.set(id, { ...before, since: [...before.since, now] });
        },
      };
    },
  };
}
