// Names and answers that turn the reading order: what stands beside them is read as it was written.
import { expect } from 'vitest';
import { leaksOf } from './support/bidi.ts';
import { publish, subscribe, untilStatus } from './support/given.ts';
import { testOf } from './support/test.ts';
import { visit } from './support/views.ts';

/** An override, an isolate that is closed too early, and letters that are read from the right. */
const turning = '\u202Etxt.exe\u2066 \u2069\u2069\u202E \u0627\u0644\u0639\u0631\u0628';

const test = testOf().extend('turned', { scope: 'file' }, async ({ stand }) => {
  const { id, name } = await subscribe(
    stand,
    { name: turning, retry_schedule: [] },
    { status: 500, body: `${turning} and more` },
  );
  const deliveryId = await publish(stand, id, { type: 'order.created', payload: { a: turning } });
  await untilStatus(stand, deliveryId, 'failed');
  await stand.api.call('createApiKey', { body: { name: turning, scopes: ['read'] } });
  const body = { subscription_id: id, status: ['cancelled' as const] };
  const { replay } = await stand.api.call('createReplay', { body });
  return { id, name, deliveryId, replayId: replay?.id ?? '' };
});

test('a name that turns the reading order turns nothing beside itself, on any page', async ({
  page,
  turned: { id, name, deliveryId, replayId },
}) => {
  const places: [path: string, heading: string, sign: string][] = [
    ['', 'Dashboard', name],
    ['subscriptions', 'Subscriptions', name],
    [`subscriptions/${id}`, name, 'Ingest endpoint'],
    [`subscriptions/${id}/edit`, 'Edit subscription', name],
    ['deliveries', 'Deliveries', name],
    [`delivery/${deliveryId}`, 'Delivery', name],
    ['replays', 'Replays', name],
    [`replays/${replayId}`, 'Replay', name],
    ['keys', 'API keys', turning],
  ];
  for (const [path, heading, sign] of places) {
    await visit(page, { path, heading });
    await page.getByText(sign).first().waitFor({ state: 'attached' });
    expect(await leaksOf(page), path).toEqual([]);
  }
});

test('a name that turns the reading order turns nothing beside itself, in any dialog', async ({
  page,
  turned: { id, name },
}) => {
  const dialog = page.getByRole('dialog');
  await visit(page, { path: `subscriptions/${id}`, heading: name });
  for (const opener of ['Test', 'Delete', 'Rotate secret']) {
    await page.getByRole('main').getByRole('button', { name: opener, exact: true }).click();
    await dialog.waitFor();
    await expect.poll(() => dialog.getByText('Loading…').count()).toBe(0);
    expect(await leaksOf(page), opener).toEqual([]);
    await dialog
      .getByRole('button', { name: /^(Cancel|Close)$/ })
      .last()
      .click();
    await dialog.waitFor({ state: 'detached' });
  }
  await visit(page, { path: 'keys', heading: 'API keys' });
  await page.getByRole('row', { name: turning }).getByRole('button').last().click();
  await dialog.waitFor();
  expect(await leaksOf(page), 'Revoke').toEqual([]);
});

test('an answer and a payload that turn the reading order turn nothing beside themselves', async ({
  page,
  turned: { id, deliveryId },
}) => {
  await visit(page, { path: `deliveries/${id}`, heading: 'Deliveries' });
  await page.getByRole('button', { name: 'Show payload and attempts' }).click();
  await page.getByText('and more').waitFor();
  expect(await leaksOf(page)).toEqual([]);
  await visit(page, { path: `delivery/${deliveryId}`, heading: 'Delivery' });
  await page.getByText('and more').waitFor();
  expect(await leaksOf(page)).toEqual([]);
});
