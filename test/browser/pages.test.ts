// Every page, as it loads: nothing breaks, nothing leaves the origin, and everybody can read it.
import { expect } from 'vitest';
import { findingsOf, withAxe } from './support/accessibility.ts';
import { schemes, sizeOf, widths } from './support/chromium.ts';
import { overflowOf } from './support/overflow.ts';
import { seed } from './support/seed.ts';
import { isDeployed, testOf } from './support/test.ts';
import { visit, viewsOf } from './support/views.ts';

const test = testOf().extend('views', { scope: 'file' }, async ({ stand }) => {
  const seeded = await seed(stand);
  const body = { subscription_id: seeded.slow.subscriptionId, status: ['failed' as const] };
  const { replay } = await stand.api.call('createReplay', { body });
  return viewsOf(seeded, { replayId: replay?.id ?? '', hasInbox: !isDeployed });
});

test('every page has its title and heading, and marks its place in the navigation', async ({
  page,
  views,
}) => {
  for (const view of views) {
    await visit(page, view);
    expect(await page.title()).toBe(`${view.title} · Webhook delivery`);
    const current = page.getByRole('navigation', { name: 'Pages' }).locator('[aria-current=page]');
    expect(await current.count(), view.name).toBe(1);
    expect(await page.getByRole('alert').count(), view.name).toBe(0);
  }
});

test('every page fits its window, narrow and wide', async ({ open, views }) => {
  for (const width of widths) {
    const { page } = await open({ viewport: sizeOf(width) });
    for (const view of views) {
      await visit(page, view);
      expect(await overflowOf(page), `${view.name} at ${width}`).toBe(0);
    }
  }
});

test.skipIf(isDeployed)(
  'axe finds nothing serious on any page, in light and dark, narrow and wide',
  { timeout: 300_000 },
  async ({ page, views }) => {
    await withAxe(page);
    const findings: string[] = [];
    for (const view of views) {
      await visit(page, view);
      for (const width of widths) {
        await page.setViewportSize(sizeOf(width));
        for (const scheme of schemes) {
          await page.emulateMedia({ colorScheme: scheme });
          const found = await findingsOf(page);
          findings.push(...found.map((line) => `${view.name} ${scheme} ${width}: ${line}`));
        }
      }
    }
    expect(findings).toEqual([]);
  },
);
