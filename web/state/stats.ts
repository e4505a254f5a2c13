// Counters of a window ending now, for all subscriptions or one.
import { call } from '../api/client.ts';
import type { Answer } from '../api/calls.ts';
import type { Stats } from '../api/resources.ts';
import type { Live } from './live.ts';
import { useLive } from './live.ts';
import { place } from './router.ts';

const hourMs = 3_600_000;

export const windows = { '24h': 24, '3d': 72, '7d': 168 } as const;
export type WindowName = keyof typeof windows;

/** The window is in the URL, so that a link shows the same. */
export function windowInUrl(): WindowName {
  const name = place.value.query.get('window') ?? '';
  return name in windows ? (name as WindowName) : '24h';
}

/** The current hour counts in full. */
function sinceOf(name: WindowName): string {
  return new Date(Date.now() - (windows[name] - 1) * hourMs).toISOString();
}

export function useStats(name: WindowName): Live<Answer<'getStats'>> {
  return useLive(`stats ${name}`, (signal) =>
    call('getStats', { query: { since: sinceOf(name) }, signal }),
  );
}

export function useSubscriptionStats(id: string, name: WindowName): Live<Stats> {
  return useLive(`stats ${id} ${name}`, (signal) =>
    call('getSubscriptionStats', { id, query: { since: sinceOf(name) }, signal }),
  );
}

/** Unfinished deliveries. */
export function openOf({ by_status: { pending, retrying, parked } }: Stats): number {
  return pending + retrying + parked;
}
