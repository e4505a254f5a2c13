// The pages of the console, each with how it is recognised.
import type { Page } from 'playwright-core';
import { until } from '../../support/until.ts';
import type { Seed } from './seed.ts';

export type View = { name: string; path: string; title: string; heading: string };

/** Paths are relative: a stage may stand before them. */
export function viewsOf(
  seed: Pick<Seed, 'orders' | 'billing'>,
  { replayId, hasInbox }: { replayId: string; hasInbox: boolean },
) {
  const { orders, billing } = seed;
  const views: View[] = [
    view('dashboard', '', 'Dashboard'),
    view('subscriptions', 'subscriptions', 'Subscriptions'),
    view('new-subscription', 'subscriptions/new', 'New subscription'),
    {
      ...view('subscription', `subscriptions/${orders.subscriptionId}`, 'Subscription'),
      heading: 'Order service',
    },
    view('edit-subscription', `subscriptions/${orders.subscriptionId}/edit`, 'Edit subscription'),
    view('deliveries', 'deliveries', 'Deliveries'),
    view('deliveries-of-one', `deliveries/${billing.subscriptionId}`, 'Deliveries'),
    view('delivery', `delivery/${billing.deliveryIds[0]}`, 'Delivery'),
    view('replays', 'replays', 'Replays'),
    view('replay', `replays/${replayId}`, 'Replay'),
    view('ledger', 'ledger', 'Ledger'),
    view('dead-letters', 'dead-letters', 'Dead letters'),
    view('event-types', 'event-types', 'Event types'),
    view('keys', 'keys', 'API keys'),
    view('settings', 'settings', 'Settings'),
    view('reference', 'reference?call=createSubscription', 'API reference'),
  ];
  if (hasInbox) {
    views.push({ ...view('inbox', 'inbox', 'Inbox'), heading: 'Development inbox' });
  }
  return views;
}

function view(name: string, path: string, title: string): View {
  return { name, path, title, heading: title };
}

/** Resolves when the page shows what it has to show. */
export async function visit(page: Page, { path, heading }: Pick<View, 'path' | 'heading'>) {
  await page.goto(path);
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
  await loaded(page);
}

export async function loaded(page: Page): Promise<void> {
  const isLoaded = async () =>
    (await page.getByText('Loading…').count()) === 0 ? true : undefined;
  await until('the page is loaded', isLoaded, 30_000);
}
