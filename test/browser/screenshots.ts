// The pictures of docs/pictures: every page in light and dark, narrow and wide, as the README and docs/console.md show them.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { contextOptions, launchOptions, schemes, sizeOf, widths } from './support/chromium.ts';
import { publish, untilStatus } from './support/given.ts';
import { seed } from './support/seed.ts';
import { localStand } from './support/stand.ts';
import type { Stand } from './support/stand.ts';
import { visit, viewsOf } from './support/views.ts';

const folder = join(import.meta.dirname, '../../docs/pictures');

/** Readable, and all of them together a few megabytes. */
const quality = 70;

export async function takePictures(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const stand = await localStand();
  const browser = await chromium.launch(launchOptions);
  try {
    await takeAll(stand, browser);
  } finally {
    await browser.close();
    await stand.close();
  }
}

async function takeAll(stand: Stand, browser: Browser): Promise<void> {
  const seeded = await seed(stand);
  await fillInbox(stand);
  const body = { subscription_id: seeded.billing.subscriptionId, status: ['failed' as const] };
  const { replay } = await stand.api.call('createReplay', { body });
  const views = viewsOf(seeded, { replayId: replay?.id ?? '', hasInbox: true });
  const context = await browser.newContext({ ...contextOptions, baseURL: stand.consoleUrl });
  const page = await context.newPage();
  for (const view of views) {
    await visit(page, view);
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

async function fillInbox(stand: Stand): Promise<void> {
  const target_url = `${stand.consoleUrl}dev/inbox/orders`;
  const body = { name: 'My inbox', target_url, secret: 'pictured-secret' };
  const { subscription } = await stand.api.call('createSubscription', { body });
  for (const type of ['order.created', 'order.updated', 'order.cancelled']) {
    await untilStatus(stand, await publish(stand, subscription.id, { type }), 'delivered');
  }
}
