// What people do with deliveries: find one, look into it, send it again, stop it.
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { publish, subscribe, untilStatus } from './support/given.ts';
import type { Stand } from './support/stand.ts';
import { patienceMs, test } from './support/test.ts';

const never = { status: 500, body: '{"error":"the ledger is closed"}' };

test('deliveries are filtered by status and subscription, and the filters are cleared', async ({
  page,
  stand,
}) => {
  const good = await subscribe(stand);
  const bad = await subscribe(stand, { retry_schedule: [] }, never);
  for (const { id } of [good, good, bad]) await publish(stand, id);
  await bad.endpoint.received(1, patienceMs);
  await good.endpoint.received(2, patienceMs);
  await page.goto('deliveries');
  const filters = page.getByRole('region', { name: 'Filters' });
  await filters.getByLabel('Subscription').selectOption({ label: good.name });
  await shows(page, 2);
  await filters.getByLabel('Status').selectOption('failed');
  await page.getByText('No deliveries match the filters').waitFor();
  await filters.getByLabel('Subscription').selectOption({ label: bad.name });
  await shows(page, 1);
  expect(new URL(page.url()).searchParams.get('status')).toBe('failed');
  await filters.getByRole('button', { name: 'Clear filters' }).click();
  await rowsOf(page).nth(2).waitFor();
  expect(new URL(page.url()).search).toBe('');
  await page.goBack();
  await shows(page, 1);
});

test('a row unfolds to its payload and its attempts', async ({ page, stand }) => {
  const { id } = await subscribe(stand, { retry_schedule: [] }, never);
  const deliveryId = await publish(stand, id, {
    payload: { order_id: 'A-1', deep: { list: [1] } },
  });
  await untilStatus(stand, deliveryId, 'failed');
  await page.goto(`deliveries/${id}`);
  await page.getByRole('button', { name: 'Show payload and attempts' }).click();
  const detail = page.locator('tr.detail');
  const payload = detail.getByRole('group', { name: 'Payload', exact: true });
  expect(JSON.parse((await payload.textContent()) ?? '')).toEqual({
    order_id: 'A-1',
    deep: { list: [1] },
  });
  const attempt = detail.getByRole('listitem').filter({ hasText: 'Attempt #1' });
  const text = await attempt.textContent();
  expect(text).toContain('HTTP 500');
  expect(text).toContain('the ledger is closed');
  await page.getByRole('button', { name: 'Hide payload and attempts' }).click();
  await detail.waitFor({ state: 'detached' });
});

test('the page of a delivery shows each attempt with its error, its answer and advice', async ({
  page,
  stand,
}) => {
  const { id, name } = await subscribe(stand, { retry_schedule: [1] }, never, {});
  const deliveryId = await publish(stand, id);
  await untilStatus(stand, deliveryId, 'delivered');
  await page.goto('deliveries');
  await page.getByLabel('Delivery id').fill(deliveryId);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('heading', { name: 'Delivery attempts (2)' }).waitFor();
  const attempts = page.getByRole('region', { name: 'Delivery attempts (2)' });
  const each = attempts.getByRole('listitem').filter({ has: page.getByRole('heading') });
  const [second, first] = await each.allTextContents();
  expect(second, 'the newest comes first').toMatch(/^Attempt #2Success.*HTTP 200/);
  expect(first).toMatch(/^Attempt #1Failed attempt.*HTTP 500.*http_error.*What to do:/);
  expect(first).toContain('the ledger is closed');
  const state = page.getByRole('region', { name: 'State' });
  await state.getByRole('link', { name }).waitFor();
  expect(await state.textContent()).toContain(deliveryId);
});

test('a failed delivery is retried and shown as delivered without a reload', async ({
  page,
  stand,
}) => {
  const { id, endpoint } = await subscribe(stand, { retry_schedule: [] }, never);
  const deliveryId = await publish(stand, id);
  await untilStatus(stand, deliveryId, 'failed');
  endpoint.answer({});
  await page.goto(`delivery/${deliveryId}`);
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('heading', { name: 'Delivery attempts (2)' }).waitFor();
  await page.getByRole('main').getByText('delivered', { exact: true }).waitFor();
  expect(endpoint.requests).toHaveLength(2);
});

test('a delivery that waits for its retry is cancelled, once that is confirmed', async ({
  page,
  stand,
}) => {
  const { id } = await subscribe(stand, { retry_schedule: [3_600] }, never);
  const deliveryId = await publish(stand, id);
  await untilStatus(stand, deliveryId, 'retrying');
  await page.goto(`delivery/${deliveryId}`);
  await page.getByText('Next attempt').waitFor();
  await page.getByRole('button', { name: 'Cancel delivery' }).click();
  const dialog = page.getByRole('dialog', { name: 'Cancel this delivery?' });
  await dialog.getByRole('button', { name: 'Cancel delivery' }).click();
  await page.getByRole('main').getByText('cancelled', { exact: true }).waitFor();
  await untilStatus(stand, deliveryId, 'cancelled');
  expect(await page.getByText('Next attempt').count()).toBe(0);
});

test('loading more adds older rows below and loses none', async ({ page, stand }) => {
  const { id } = await subscribe(stand);
  const published = await publishMany(stand, id, 60);
  await page.goto(`deliveries/${id}`);
  await shows(page, 50);
  const before = await idsOf(page);
  await page.getByRole('button', { name: 'Load more' }).click();
  await shows(page, 60);
  const after = await idsOf(page);
  expect(after.slice(0, 50)).toEqual(before);
  expect(after.toSorted()).toEqual(published.toSorted());
  await page.getByText('60 shown, all').waitFor();
  expect(await page.getByRole('button', { name: 'Load more' }).count()).toBe(0);
});

test('many deliveries are replayed at once, after what matches was counted', async ({
  page,
  stand,
}) => {
  const { id, endpoint } = await subscribe(stand, { retry_schedule: [] }, never);
  const ids = await publishMany(stand, id, 3);
  for (const deliveryId of ids) await untilStatus(stand, deliveryId, 'failed');
  endpoint.answer({});
  await page.goto(`deliveries?subscription_id=${id}`);
  await page.getByRole('button', { name: 'Replay…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Replay deliveries' });
  await dialog.getByRole('button', { name: 'Count matches' }).click();
  await dialog.getByText('3 deliveries match').waitFor();
  expect(endpoint.requests, 'counting sends nothing').toHaveLength(3);
  await dialog.getByRole('button', { name: 'Replay 3 deliveries' }).click();
  await page.getByRole('heading', { level: 1, name: 'Replay', exact: true }).waitFor();
  await page.getByText('completed', { exact: true }).waitFor();
  await page.getByText('3 of 3 examined, 3 replayed').waitFor();
  await endpoint.received(6, patienceMs);
  await page.getByRole('link', { name: '← Replays' }).click();
  await page
    .getByRole('row', { name: /completed/ })
    .first()
    .waitFor();
});

async function publishMany(stand: Stand, id: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) ids.push(await publish(stand, id));
  return ids;
}

function rowsOf(page: Page): Locator {
  return page.getByRole('region', { name: 'Deliveries' }).locator('tbody tr');
}

async function shows(page: Page, count: number): Promise<void> {
  await expect.poll(() => rowsOf(page).count(), { timeout: patienceMs }).toBe(count);
}

function idsOf(page: Page): Promise<string[]> {
  const links = rowsOf(page).locator('a[href^="delivery/"]');
  return links.evaluateAll((all) => all.map((link) => link.getAttribute('title') ?? ''));
}
