// Every page, as it loads: nothing breaks, nothing leaves the origin, and everybody can read it.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findingsOf, withAxe } from './support/accessibility.ts';
import { schemes, sizeOf, widths } from './support/chromium.ts';
import { overflowOf } from './support/overflow.ts';
import { seed } from './support/seed.ts';
import { isDeployed, testOf } from './support/test.ts';
import { visit, viewsOf } from './support/views.ts';

const test = testOf()
  .extend('seeded', { scope: 'file' }, ({ stand }) => seed(stand))
  .extend('views', { scope: 'file' }, async ({ stand, seeded }) => {
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

test('a link to a filtered list opens it as it was, and so does a reload', async ({
  page,
  seeded,
}) => {
  const { subscriptionId } = seeded.billing;
  const query = new URLSearchParams({
    status: 'failed',
    subscription_id: subscriptionId,
    event_type: 'order.created',
    error_code: 'http_error',
    since: '2024-05-01T10:30:00.000Z',
  });
  await page.goto(`deliveries?${query.toString()}`);
  for (const visited of ['by the link', 'after a reload']) {
    const rows = page.getByRole('table').locator('tbody tr');
    await rows.first().waitFor();
    // Six deliveries of four types by turns.
    expect(await rows.count(), visited).toBe(2);
    expect(await rows.getByText('failed', { exact: true }).count()).toBe(2);
    expect(await valuesOf(page)).toEqual({
      Status: 'failed',
      Subscription: subscriptionId,
      'Event type': 'order.created',
      'Error code': 'http_error',
      Since: '2024-05-01T10:30',
      Until: '',
    });
    await page.reload();
  }
});

test('a link to a search of subscriptions, a window of a chart and a call of the API opens each', async ({
  page,
}) => {
  await page.goto('subscriptions?q=bill&health=active');
  await page.getByText(/^1 of \d+ subscriptions$/).waitFor();
  expect(await page.getByLabel('Search').inputValue()).toBe('bill');
  expect(await page.getByLabel('Status').inputValue()).toBe('active');
  await page.goto('?window=7d');
  await page.getByRole('button', { name: '7 days', pressed: true }).waitFor();
  await page.goto('reference?call=listDeliveries');
  await page.getByRole('button', { name: 'Send GET' }).waitFor();
});

async function valuesOf(page: Page): Promise<Record<string, string>> {
  const filters = page.getByRole('region', { name: 'Filters' });
  const labels = ['Status', 'Subscription', 'Event type', 'Error code', 'Since', 'Until'];
  const values = await Promise.all(
    labels.map((label) => filters.getByLabel(label, { exact: true }).inputValue()),
  );
  return Object.fromEntries(labels.map((label, index) => [label, values[index] ?? '']));
}
