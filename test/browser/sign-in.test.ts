// Where the API wants keys: how the console gets one, where it keeps it, and what it offers with a lesser one.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Scope } from '../../lambdas/core/access/api-key.ts';
import { publish, subscribe, untilStatus } from './support/given.ts';
import type { Stand } from './support/stand.ts';
import { isDeployed, patienceMs, testOf } from './support/test.ts';

const base = testOf({ API_AUTH: 'on' });
// A deployment has its own file of tests; here the first key is made by an operator on this machine.
const test = isDeployed ? base.skip : base;

test('a key is asked for, leads to the page that was wanted, and stays in this tab alone', async ({
  open,
  stand,
}) => {
  const key = stand.key ?? '';
  const { page, watch } = await open({ signedIn: false });
  watch.allow(/status of 401/);
  const urls: string[] = [];
  page.context().on('request', (request) => urls.push(request.url()));
  await page.goto('deliveries?status=failed');
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
  await page.getByText('No deliveries match the filters').waitFor();
  expect(new URL(page.url()).search).toBe('?status=failed');
  expect(await storedIn(page)).toEqual({ session: { 'api-key': key }, local: {}, cookie: '' });
  expect(urls.length).toBeGreaterThan(3);
  expect(urls.filter((url) => url.includes(key.slice(4)))).toEqual([]);
  await page.reload();
  await page.getByText('No deliveries match the filters').waitFor();
  const otherTab = await page.context().newPage();
  await otherTab.goto('deliveries');
  await otherTab.getByLabel('API key').waitFor();
});

test('signing out forgets the key and all that was seen with it', async ({ open, stand }) => {
  const { name } = await subscribe(stand);
  const { page, watch } = await open({ signedIn: false });
  watch.allow(/status of 401/);
  await page.goto('subscriptions');
  await page.getByLabel('API key').fill(stand.key ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name, exact: true }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').waitFor();
  expect(await storedIn(page)).toEqual({ session: {}, local: {}, cookie: '' });
  expect(await page.content()).not.toContain(name);
  await page.reload();
  await page.getByLabel('API key').waitFor();
});

test('a key that is none is refused and not kept', async ({ open }) => {
  const { page, watch } = await open({ signedIn: false });
  watch.allow(/status of 401/);
  await page.goto('');
  for (const wrong of ['whk_wrong', 'schlüssel']) {
    await page.getByLabel('API key').fill(wrong);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('API key').waitFor();
    expect((await storedIn(page)).session).toEqual({});
    await page.reload();
  }
});

test('a key that counts no more leads to the sign-in, which says why', async ({ open }) => {
  const { page, watch } = await open({ key: 'whk_revoked_long_ago' });
  watch.allow(/status of 401/);
  await page.goto('subscriptions');
  await page.getByRole('alert').getByText('not valid, or was revoked').waitFor();
});

test('a key that only reads is offered nothing that it may not do', async ({ open, stand }) => {
  const { id } = await subscribe(stand, { retry_schedule: [] }, { status: 500 });
  const deliveryId = await publish(stand, id);
  await untilStatus(stand, deliveryId, 'failed');
  const { page } = await open({ key: await keyFor(stand, 'read') });
  const places: [path: string, sign: string][] = [
    ['', 'Getting started'],
    ['subscriptions', 'Created'],
    [`subscriptions/${id}`, 'Details'],
    ['deliveries', 'Payload'],
    [`delivery/${deliveryId}`, 'Delivery attempts (1)'],
    ['replays', 'No replays yet'],
  ];
  const notOffered =
    /^(send|test|add|edit|delete|pause|rotate|retry|cancel|replay|create|revoke)\b/i;
  for (const [path, sign] of places) {
    await page.goto(path);
    await page.getByText(sign).first().waitFor();
    expect(await page.getByRole('button', { name: notOffered }).count(), path).toBe(0);
    expect(await page.getByRole('link', { name: notOffered }).count(), path).toBe(0);
  }
  expect(await page.getByRole('link', { name: 'API keys' }).count()).toBe(0);
  for (const path of ['keys', 'subscriptions/new', `subscriptions/${id}/edit`]) {
    await page.goto(path);
    await page.getByText('This page needs an API key with the scope admin').waitFor();
  }
  await page.goto('reference?call=createSubscription');
  await page.getByText('This API key cannot try it.').waitFor();
});

test('a key that only publishes can send a webhook, and is not shown what it may not read', async ({
  open,
  stand,
}) => {
  const { id, endpoint } = await subscribe(stand);
  const { page } = await open({ key: await keyFor(stand, 'publish') });
  await page.goto('');
  await page.getByText('This page needs an API key with the scope read').waitFor();
  expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').count()).toBe(0);
  await page.getByRole('button', { name: 'Send test webhook' }).click();
  await page.getByLabel('Subscription id').fill(id);
  await page.getByRole('button', { name: 'Send webhook' }).click();
  await endpoint.received(1, patienceMs);
});

async function keyFor({ api }: Stand, ...scopes: Scope[]): Promise<string> {
  const { key } = await api.call('createApiKey', { body: { name: null, scopes } });
  return key;
}

type Stored = { session: object; local: object; cookie: string };

function storedIn(page: Page): Promise<Stored> {
  return page.evaluate<Stored>(
    '({ session: { ...sessionStorage }, local: { ...localStorage }, cookie: document.cookie })',
  );
}
