// What happens meanwhile shows without a reload, and nothing moves under who reads.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { publish, subscribe } from './support/given.ts';
import type { Given } from './support/given.ts';
import type { Stand } from './support/stand.ts';
import { patienceMs, test } from './support/test.ts';

test('new deliveries wait above the list: neither the scroll position nor the focus moves', async ({
  open,
  stand,
}) => {
  const given = await subscribe(stand);
  const { page } = await open({ viewport: { width: 1_440, height: 500 } });
  await fill(stand, given, 30);
  await page.goto(`deliveries/${given.id}`);
  await page.getByText('30 shown, all').waitFor();
  const reading = page.getByRole('button', { name: 'Show payload and attempts' }).nth(20);
  await reading.focus();
  const before = await placeIn(page);
  expect(before.scrolled).toBeGreaterThan(100);
  const newIds = [await publish(stand, given.id), await publish(stand, given.id)];
  const reveal = page.getByRole('button', { name: 'Show 2 new' });
  await reveal.waitFor();
  expect(await placeIn(page)).toEqual(before);
  await reveal.click();
  await page.getByText('32 shown, all').waitFor();
  expect((await idsIn(page)).slice(0, 2)).toEqual(newIds.toReversed());
  expect((await placeIn(page)).scrolled).toBe(0);
});

test('a first delivery appears in the empty list by itself', async ({ page, stand }) => {
  const given = await subscribe(stand);
  await page.goto(`deliveries/${given.id}`);
  await page.getByText('No deliveries match the filters').waitFor();
  await page.evaluate('window.isTheSamePage = true');
  const id = await publish(stand, given.id);
  await page.locator(`a[href="delivery/${id}"]`).waitFor();
  expect(await page.evaluate('window.isTheSamePage')).toBe(true);
});

test('the state of a delivery changes in its row, and an unfolded row stays so', async ({
  page,
  stand,
}) => {
  const given = await subscribe(stand, { retry_schedule: [3_600] }, { status: 500 }, {});
  const id = await publish(stand, given.id);
  await page.goto(`deliveries/${given.id}`);
  const list = page.getByRole('region', { name: 'Deliveries' });
  await list.getByText('retrying', { exact: true }).waitFor();
  const toggle = page.getByRole('button', { name: 'Show payload and attempts' });
  await toggle.click();
  await page.getByText('Attempt #1').waitFor();
  await stand.api.call('retryDelivery', { id });
  await list.getByText('delivered', { exact: true }).waitFor();
  await page.getByText('Attempt #2').waitFor();
});

test('the dashboard counts on while it is open', async ({ page, stand }) => {
  const given = await subscribe(stand);
  await page.goto('');
  const recent = page.getByRole('region', { name: 'Recent deliveries' });
  await recent.waitFor();
  const id = await publish(stand, given.id);
  await recent.locator(`a[href="delivery/${id}"]`).waitFor();
  await expect
    .poll(() => recent.getByRole('row', { name: given.name }).textContent(), {
      timeout: patienceMs,
    })
    .toContain('delivered');
});

async function fill(stand: Stand, { id, endpoint }: Given, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) await publish(stand, id);
  await endpoint.received(count, patienceMs);
}

type Place = { scrolled: number; top: number; focused: string; rows: number };

/** Where the window and the focused control stand. */
function placeIn(page: Page): Promise<Place> {
  return page.evaluate<Place>(`({
    scrolled: window.scrollY,
    top: Math.round(document.activeElement.getBoundingClientRect().top),
    focused: document.activeElement.closest('tr')?.querySelector('a')?.getAttribute('href') ?? '',
    rows: document.querySelectorAll('tbody tr').length,
  })`);
}

function idsIn(page: Page): Promise<string[]> {
  return page
    .locator('tbody a[href^="delivery/"]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('title') ?? ''));
}
