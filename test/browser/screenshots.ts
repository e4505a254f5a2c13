// The pictures of docs/pictures: every page in light and dark, narrow and wide, as the README and docs/console.md show them.
// The server has lived through a day by then, since a console without a past shows little.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { contextOptions, launchOptions, schemes, sizeOf, widths } from './support/chromium.ts';
import { temporaryDirectory } from '../support/local-server.ts';
import { until } from '../support/until.ts';
import { liveThroughDay } from './support/day.ts';
import type { Day } from './support/day.ts';
import { dayMs } from './support/day-plan.ts';
import { publish, untilStatus } from './support/given.ts';
import { setClock } from './support/set-clock.ts';
import { localStand } from './support/stand.ts';
import type { Stand } from './support/stand.ts';
import { visit, viewsOf } from './support/views.ts';
import type { View } from './support/views.ts';

const folder = join(import.meta.dirname, '../../docs/pictures');

/** Readable, and all of them together a few megabytes. */
const quality = 66;

const replayedMs = 1_800_000;

export async function takePictures(): Promise<void> {
  const own = await temporaryDirectory();
  const CLOCK_FILE = join(own.path, 'clock');
  const now = Date.now();
  const clock = setClock(CLOCK_FILE, now - dayMs);
  const stand = await localStand({ CLOCK_FILE }, { script: 'test/local/shifted-clock.ts' });
  const browser = await chromium.launch(launchOptions);
  try {
    const day = await liveThroughDay(stand, clock, now);
    const replayId = await replayItsBeginning(stand, day);
    await fillInbox(stand);
    const views = viewsOf(day, { replayId, hasInbox: true }).map(withFailuresOnly);
    await takeAll(stand, browser, views);
  } finally {
    await browser.close();
    await stand.close();
    await own.remove();
  }
}

async function takeAll(stand: Stand, browser: Browser, views: readonly View[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const context = await browser.newContext({ ...contextOptions, baseURL: stand.consoleUrl });
  const page = await context.newPage();
  for (const view of views) {
    await visit(page, view);
    await drawn(page);
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const width of widths) {
        await page.setViewportSize(sizeOf(width));
        const path = join(folder, `${view.name}-${scheme}-${width}.jpg`);
        await page.screenshot({ path, type: 'jpeg', quality });
      }
    }
  }
  console.log(`${views.length} pages in ${folder}`);
}

/** The charts' library comes later than what it draws. */
async function drawn(page: Page): Promise<void> {
  const isDrawn = async () => (await page.locator('.chart:empty').count()) === 0 || undefined;
  await until('the charts are drawn', isDrawn, 30_000);
}

/** Of one subscription, since the outage is not among its latest deliveries any more. */
function withFailuresOnly(view: View): View {
  return view.name === 'deliveries-of-one' ? { ...view, path: `${view.path}?status=failed` } : view;
}

/** Of the outage: most of what failed in it is left to be seen. */
async function replayItsBeginning({ api }: Stand, { billing, outage }: Day): Promise<string> {
  const accepted = {
    subscription_id: billing.subscriptionId,
    since: new Date(outage.from).toISOString(),
    until: new Date(outage.from + replayedMs).toISOString(),
  };
  const { replay } = await api.call('createReplay', { body: accepted });
  const id = replay?.id ?? '';
  await until(
    'all that is replayed is delivered',
    async () => {
      const query = { ...accepted, status: 'delivered' };
      const { deliveries } = await api.call('listDeliveries', { query });
      const { state, replayed } = (await api.call('getReplay', { id })).replay;
      return (state === 'completed' && deliveries.length >= replayed) || undefined;
    },
    60_000,
  );
  return id;
}

async function fillInbox(stand: Stand): Promise<void> {
  const target_url = `${stand.consoleUrl}dev/inbox/orders`;
  const body = { name: 'My inbox', target_url, secret: 'pictured-secret' };
  const { subscription } = await stand.api.call('createSubscription', { body });
  for (const type of ['order.created', 'order.updated', 'order.cancelled']) {
    await untilStatus(stand, await publish(stand, subscription.id, { type }), 'delivered');
  }
}
