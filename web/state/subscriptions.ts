// All subscriptions, which many pages need for names and choices: up to a thousand, the newest first.
import { call } from '../api/client.ts';
import type { Subscription } from '../api/resources.ts';
import type { Live } from './live.ts';
import { reloadLive, useLive } from './live.ts';

const pagesMax = 10;

export type AllSubscriptions = { list: Subscription[]; isComplete: boolean };

export function useSubscriptions(everyMs = 10_000): Live<AllSubscriptions> {
  return useLive('subscriptions', loadAll, everyMs);
}

export function reloadSubscriptions(): void {
  reloadLive('subscriptions');
}

async function loadAll(signal: AbortSignal): Promise<AllSubscriptions> {
  const list: Subscription[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pagesMax; page += 1) {
    const query: { limit: number; cursor?: string } = {
      limit: 100,
      ...(cursor !== null && { cursor }),
    };
    // Sequentially: each page says where the next begins.
    const answer = await call('listSubscriptions', { query, signal });
    list.push(...answer.subscriptions);
    cursor = answer.next_cursor;
    if (cursor === null) break;
  }
  return { list, isComplete: cursor === null };
}

export function nameOf(subscription: Pick<Subscription, 'name' | 'target_url'>): string {
  const name = subscription.name?.trim() ?? '';
  if (name !== '') return name;
  return URL.parse(subscription.target_url)?.host ?? subscription.target_url;
}
