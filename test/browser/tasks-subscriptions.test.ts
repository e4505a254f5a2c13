// What people do with subscriptions. What the page says is held against what the API says.
import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import { subscribe } from './support/given.ts';
import type { Stand } from './support/stand.ts';
import { patienceMs, test } from './support/test.ts';

test('the form creates a subscription with all that was filled in', async ({ page, stand }) => {
  const { url } = stand.receiver.endpoint();
  const name = `Form ${crypto.randomUUID()}`;
  await page.goto('subscriptions');
  await page.getByRole('link', { name: /^Add/ }).first().click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Target URL').fill(url);
  await page.getByLabel('Secret', { exact: true }).fill('typed-secret');
  await page.getByLabel('order.created').check();
  await page.getByLabel('Another event type').fill('invoice.paid');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('Retries, deadline, rate and headers').click();
  await page.getByLabel('Retry schedule').selectOption('custom');
  await page.getByLabel('Waits in seconds').fill('5, 60');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('status').getByText('Subscription created').waitFor();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  expect(await fieldsOf(stand, idIn(page))).toMatchObject({
    name,
    target_url: url,
    event_types: ['order.created', 'invoice.paid'],
    retry_schedule: [5, 60],
    status: 'active',
  });
  expect(await page.content(), 'a secret is never shown again').not.toContain('typed-secret');
});

test('an edit keeps the event types that are no checkboxes', async ({ page, stand }) => {
  const types = ['order.created', 'invoice.*', 'ledger.closed'];
  const { id, name } = await subscribe(stand, { event_types: types, secret: 'kept-secret' });
  await page.goto('subscriptions');
  await page.getByRole('link', { name: `Edit ${name}` }).click();
  await page.getByLabel('order.created').uncheck();
  await page.getByLabel('user.updated').check();
  await page.getByLabel('Name', { exact: true }).fill(`${name}, edited`);
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByRole('heading', { level: 1, name: `${name}, edited` }).waitFor();
  const { event_types: kept, secret } = await fieldsOf(stand, id);
  expect(kept?.toSorted()).toEqual(['invoice.*', 'ledger.closed', 'user.updated']);
  expect(secret, 'still there').not.toBeNull();
});

test('what the API refuses is said at the field', async ({ open, stand }) => {
  const { page, watch } = await open();
  watch.allow(/status of 4\d\d/);
  await page.goto('subscriptions/new');
  await page.getByLabel('Name', { exact: true }).fill('Not web');
  await page.getByLabel('Target URL').fill('ftp://example.com/files');
  await page.getByRole('button', { name: 'Save' }).click();
  const field = page.getByLabel('Target URL');
  await expect.poll(() => field.getAttribute('aria-invalid'), { timeout: patienceMs }).toBe('true');
  const described = (await field.getAttribute('aria-describedby'))?.split(' ').at(-1);
  expect(await page.locator(`[id="${described}"]`).textContent()).toMatch(/http/);
  expect(await field.inputValue(), 'nothing typed is lost').toBe('ftp://example.com/files');
  const { subscriptions } = await stand.api.call('listSubscriptions');
  expect(subscriptions.map(({ name }) => name)).not.toContain('Not web');
});

test('a subscription is paused and resumed from its page', async ({ page, stand }) => {
  const { id } = await subscribe(stand);
  await page.goto(`subscriptions/${id}`);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('inactive: paused', { exact: true }).waitFor();
  expect(await fieldsOf(stand, id)).toMatchObject({ status: 'inactive' });
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  expect(await fieldsOf(stand, id)).toMatchObject({ status: 'active' });
});

test('a deletion asks first, and only then deletes', async ({ page, stand }) => {
  const { id, name } = await subscribe(stand);
  await page.goto('subscriptions');
  const row = page.getByRole('row', { name });
  await row.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete this subscription?' });
  await dialog.getByText(name).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await stand.api.call('getSubscription', { id });
  await row.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete subscription' }).click();
  await row.waitFor({ state: 'detached' });
  await stand.api.refused('not-found', 'getSubscription', { id });
});

test('the list finds a subscription by its name, its event type and its URL', async ({
  page,
  stand,
}) => {
  const wanted = await subscribe(stand, { name: 'Wanted', event_types: ['rare.event'] });
  const other = await subscribe(stand, { name: 'Another' });
  await page.goto('subscriptions');
  const search = page.getByLabel('Search');
  for (const text of [
    wanted.name.toUpperCase(),
    'rare.ev',
    new URL(wanted.endpoint.url).pathname,
  ]) {
    await search.fill('');
    await page.getByRole('link', { name: other.name, exact: true }).waitFor();
    await search.fill(text);
    await page.getByText(/^1 of \d+ subscriptions$/).waitFor();
    expect(await page.getByRole('link', { name: wanted.name, exact: true }).count()).toBe(1);
    expect(await page.getByRole('link', { name: other.name, exact: true }).count()).toBe(0);
  }
  await search.fill('there is no such thing');
  await page.getByText('No subscriptions match').waitFor();
});

test('the page of a subscription shows its fields, its counters and its deliveries', async ({
  page,
  stand,
}) => {
  const { id, name, endpoint } = await subscribe(stand, {
    event_types: ['order.created', 'user.*'],
    secret: 'unseen-secret',
    custom_headers: { 'X-Site': 'unseen-header' },
  });
  await stand.api.call('testSubscription', { id, body: { event_type: 'order.created' } });
  await endpoint.received(1, patienceMs);
  await page.goto('subscriptions');
  await page.getByRole('link', { name, exact: true }).click();
  const details = page.getByRole('region', { name: 'Details' });
  await details.getByRole('link', { name: endpoint.url.slice(0, 60) }).waitFor();
  const text = await details.textContent();
  for (const shown of [id, 'order.created', 'user.*', 'Configured', 'X-Site']) {
    expect(text).toContain(shown);
  }
  const recent = page.getByRole('region', { name: 'Recent deliveries' });
  await recent.getByRole('row', { name: 'delivered' }).waitFor();
  const figure = page.locator('.number', { has: page.getByText('Deliveries', { exact: true }) });
  await expect.poll(() => figure.textContent(), { timeout: patienceMs }).toMatch(/1$/);
  expect(await page.content()).not.toMatch(/unseen-(secret|header)/);
});

test('a rotated secret is shown once', async ({ page, stand }) => {
  const { id } = await subscribe(stand, { secret: 'the-first-secret' });
  await page.goto(`subscriptions/${id}`);
  await page.getByRole('button', { name: 'Rotate secret' }).click();
  await page.getByRole('button', { name: 'Rotate', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Secret rotated' });
  const secret = await dialog.getByLabel('New secret').textContent();
  expect(secret).toMatch(/^whsec_\S+$/);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByText('An earlier one keeps signing until').waitFor();
  expect(await page.content()).not.toContain(secret);
});

function idIn(page: Page): string {
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

/** As the API tells it. */
async function fieldsOf({ api }: Stand, id: string) {
  const { subscription } = await api.call('getSubscription', { id });
  return subscription;
}
