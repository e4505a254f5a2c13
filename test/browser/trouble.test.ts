// A service that is slow, or gone for a while: the console says so, keeps what it has, and goes on by itself.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { publish, subscribe, untilStatus } from './support/given.ts';
import type { Service, Stand } from './support/stand.ts';
import { testOf } from './support/test.ts';

const test = testOf().extend('service', ({ stand }, { onCleanup }): Service => {
  const { service } = stand;
  if (service === null) throw new Error('Only a local server can be stopped');
  onCleanup(async () => {
    service.thaw();
    await service.start();
  });
  return service;
});

test('while the service is slow, pages say that they load, and all that needs no answer works', async ({
  page,
  stand,
  service,
}) => {
  const { name } = await subscribe(stand);
  await page.goto('');
  await page.getByText('All endpoints are healthy.').waitFor();
  service.freeze();
  await openPage(page, 'Deliveries');
  await loadingIn(page).first().waitFor();
  await page.getByLabel('Event type').fill('order.created');
  await page.getByRole('button', { name: 'Theme' }).click();
  await openPage(page, 'Replays');
  await loadingIn(page).first().waitFor();
  // What was seen before is there at once.
  await openPage(page, 'Subscriptions');
  await page.getByRole('link', { name, exact: true }).waitFor();
  expect(await loadingIn(page).count()).toBe(0);
  await openPage(page, 'Replays');
  expect(await page.getByRole('alert').count()).toBe(0);
  service.thaw();
  await page.getByText('No replays yet').waitFor();
  expect(await loadingIn(page).count()).toBe(0);
});

test('what is not answered in time is said, and is there as soon as the service answers', async ({
  page,
  service,
}) => {
  await page.goto('');
  await page.getByRole('heading', { name: 'Getting started' }).waitFor();
  service.freeze();
  await openPage(page, 'Replays');
  await page.getByRole('alert').getByText('did not answer within 15 seconds').waitFor();
  service.thaw();
  await page.getByText('No replays yet').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('while the service is gone, a list stays and says that it is old; then it goes on by itself', async ({
  open,
  stand,
  service,
}) => {
  const { page, watch } = await open();
  watch.allow(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/);
  const { id } = await deliveredOnce(stand);
  await page.goto(`deliveries/${id}`);
  await page.getByText('1 shown, all').waitFor();
  await service.stop();
  await page.getByText('Not up to date: The service cannot be reached').waitFor();
  await page.getByText('1 shown, all').waitFor();
  await openPage(page, 'Replays');
  const alert = page.getByRole('alert');
  await alert.getByText('The service cannot be reached').waitFor();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await alert.getByText('The service cannot be reached').waitFor();
  await service.start();
  await page.getByText('No replays yet').waitFor();
  await page.goBack();
  await page.getByText('1 shown, all').waitFor();
  await expect.poll(() => page.getByText('Not up to date').count()).toBe(0);
  await publish(stand, id);
  await page.getByRole('button', { name: 'Show 1 new' }).waitFor();
});

test('a form that could not be saved keeps what was typed, and is saved when the service is back', async ({
  open,
  service,
  stand,
}) => {
  const { page, watch } = await open();
  watch.allow(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/);
  await page.goto('subscriptions/new');
  await page.getByLabel('Name', { exact: true }).fill('Typed once');
  await page.getByLabel('Target URL').fill(stand.receiver.endpoint().url);
  await service.stop();
  await page.getByRole('button', { name: 'Save' }).click();
  const alert = page.getByRole('alert');
  await alert.getByText('The service cannot be reached').waitFor();
  expect(await alert.textContent(), 'a form is sent by people').not.toContain('tries again');
  await service.start();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'Typed once' }).waitFor();
});

test('a form that is opened again shows nothing of the time before', async ({
  page,
  stand,
  service,
}) => {
  const { id, name } = await subscribe(stand);
  await page.goto(`subscriptions/${id}`);
  await page.getByRole('link', { name: 'Edit' }).click();
  const field = page.getByLabel('Name', { exact: true });
  expect(await field.inputValue()).toBe(name);
  await page.getByRole('link', { name: 'Cancel' }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await stand.api.call('updateSubscription', { id, body: { name: 'Renamed by another' } });
  await page.getByRole('heading', { level: 1, name: 'Renamed by another' }).waitFor();
  service.freeze();
  await page.getByRole('link', { name: 'Edit' }).click();
  await loadingIn(page).first().waitFor();
  expect(await field.count()).toBe(0);
  service.thaw();
  expect(await field.inputValue()).toBe('Renamed by another');
});

test('a form that is opened while the service is gone loads by itself when it is back', async ({
  open,
  stand,
  service,
}) => {
  const { page, watch } = await open();
  watch.allow(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/);
  const { id, name } = await subscribe(stand);
  await page.goto(`subscriptions/${id}`);
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await service.stop();
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByRole('alert').getByText('The page tries again by itself').waitFor();
  await service.start();
  await page.getByLabel('Name', { exact: true }).waitFor();
});

test('a console that opens before the service can be reached begins as soon as it can', async ({
  open,
}) => {
  const { page, watch } = await open();
  watch.allow(/ERR_CONNECTION_REFUSED/);
  await page.route('**/api/**', (route) => route.abort('connectionrefused'));
  await page.goto('subscriptions');
  await page.getByRole('alert').getByText('The page tries again by itself').waitFor();
  await page.unroute('**/api/**');
  await page.getByRole('heading', { level: 1, name: 'Subscriptions' }).waitFor();
});

async function deliveredOnce(stand: Stand) {
  const given = await subscribe(stand);
  await untilStatus(stand, await publish(stand, given.id), 'delivered');
  return given;
}

async function openPage(page: Page, name: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('link', { name, exact: true })
    .click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

function loadingIn(page: Page) {
  return page.getByRole('main').getByRole('status').filter({ hasText: 'Loading…' });
}

test('a chart whose library cannot be loaded is told in words, and drawn once it can', async ({
  open,
}) => {
  const { page, watch } = await open();
  watch.allow(/ERR_FAILED/);
  await page.route('**/assets/uPlot*', (route) => route.abort());
  await page.goto('./');
  const card = page.getByRole('region', { name: 'Deliveries and failures over time' });
  await card.locator('figcaption:not(.hidden)').waitFor();
  await page.unroute('**/assets/uPlot*');
  await card.locator('canvas').waitFor();
});
