// What operators and developers do: API keys, calls from the reference, the theme.
import { expect } from 'vitest';
import { subscribe } from './support/given.ts';
import { patienceMs, test } from './support/test.ts';

test('an API key is shown once when it is made, and revoked by its name', async ({
  page,
  stand,
}) => {
  const name = `Key ${crypto.randomUUID()}`;
  await page.goto('keys');
  await page.getByRole('button', { name: 'Create API key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create API key' });
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel(/^publish/).check();
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  const made = page.getByRole('dialog', { name: 'API key created' });
  const key = (await made.getByLabel('New API key').textContent()) ?? '';
  expect(key).toMatch(/^whk_\S+$/);
  await made.getByRole('button', { name: 'Done' }).click();
  const row = page.getByRole('row', { name });
  await row.getByText('read, publish').waitFor();
  expect(await page.content()).not.toContain(key);
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke key' }).click();
  await row.waitFor({ state: 'detached' });
  const { api_keys: left } = await stand.api.call('listApiKeys');
  expect(left.map((one) => one.name)).not.toContain(name);
});

test('a call is tried from the API reference, and its answer is shown', async ({ page, stand }) => {
  const { id, name } = await subscribe(stand);
  await page.goto('reference');
  await page.getByText('/api/subscriptions/{id}', { exact: true }).first().click();
  await page.getByLabel('id (path)').fill(id);
  await page.getByRole('button', { name: 'Send GET' }).click();
  await page.getByText('HTTP 200', { exact: true }).waitFor();
  const answer = await page.getByRole('group', { name: 'Answer' }).textContent();
  expect(JSON.parse(answer ?? '')).toMatchObject({ subscription: { id, name } });
});

test('a call that changes data is tried from the reference with a body', async ({
  page,
  stand,
}) => {
  const name = `Tried ${crypto.randomUUID()}`;
  const { url } = stand.receiver.endpoint();
  await page.goto('reference?call=createSubscription');
  await page.getByText('This changes data of this service.').waitFor();
  await page.getByLabel('Body (JSON)').fill(JSON.stringify({ name, target_url: url }));
  await page.getByRole('button', { name: 'Send POST' }).click();
  await page.getByText('HTTP 201', { exact: true }).waitFor();
  const { subscriptions } = await stand.api.call('listSubscriptions');
  expect(subscriptions.map((one) => one.name)).toContain(name);
});

test('a theme that was chosen is there before the first paint of the next visit', async ({
  open,
}) => {
  const { page, watch } = await open();
  watch.allow(/ERR_FAILED .*\/assets\/app/);
  const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  await page.goto('settings');
  const light = await background();
  await page.getByLabel('Theme').selectOption('dark');
  await expect.poll(background, { timeout: patienceMs }).not.toBe(light);
  const dark = await background();
  // Without the application's script only the small one before it can have set the theme.
  await page.route(/\/assets\/app/, (route) => route.abort());
  await page.reload({ waitUntil: 'domcontentloaded' });
  expect(await background()).toBe(dark);
});
