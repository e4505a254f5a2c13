// Sending a test webhook from the dialog, and what the dialog says of it.
import { createHmac } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { subscribe } from './support/given.ts';
import type { Given } from './support/given.ts';
import { patienceMs, test } from './support/test.ts';

const secret = 'shared-secret';

test('a webhook is sent signed, and the link of the dialog leads to its delivery', async ({
  page,
  stand,
}) => {
  const given = await subscribe(stand, { secret, event_types: ['order.created'] });
  const dialog = await openDialog(page, given);
  await dialog.getByLabel('As a producer').check();
  await dialog.getByLabel('Subscription secret').fill(secret);
  await dialog.getByRole('radio', { name: 'order.created' }).check();
  await dialog.getByLabel('Payload (JSON)').fill('{"b": 1,  "a": "é"}');
  await dialog.getByRole('button', { name: 'Send webhook' }).click();
  const [received] = await given.endpoint.received(1, patienceMs);
  expect(received?.body.toString(), 'byte for byte').toBe('{"b": 1,  "a": "é"}');
  expect(received?.headers).toMatchObject({
    'x-event-type': 'order.created',
    'x-hub-signature-256': hubSignature(received?.body ?? Buffer.of()),
  });
  await dialog.getByText('delivered', { exact: true }).waitFor();
  await dialog.getByRole('link', { name: 'View delivery details' }).click();
  await page.getByRole('heading', { level: 1, name: 'Delivery', exact: true }).waitFor();
  expect(page.url()).toContain(received?.headers['webhook-id']);
  expect(await page.getByRole('dialog').count()).toBe(0);
});

test('the sample of the service passes the type filter and needs no secret', async ({
  page,
  stand,
}) => {
  const given = await subscribe(stand, { secret, event_types: ['order.created'] });
  const dialog = await openDialog(page, given);
  await dialog.getByLabel('Or another').fill('ledger.closed');
  await dialog.getByRole('button', { name: 'Send webhook' }).click();
  const [received] = await given.endpoint.received(1, patienceMs);
  expect(received?.headers['x-event-type']).toBe('ledger.closed');
  await dialog.getByRole('link', { name: 'View delivery details' }).waitFor();
});

test('an event type that the subscription does not take is said to be rejected', async ({
  page,
  stand,
}) => {
  const given = await subscribe(stand, { event_types: ['order.created'] });
  const dialog = await openDialog(page, given);
  await dialog.getByLabel('As a producer').check();
  await dialog.getByRole('radio', { name: 'user.created' }).check();
  await dialog.getByRole('button', { name: 'Send webhook' }).click();
  await dialog.getByText('Event type rejected!').waitFor();
  expect(given.endpoint.requests).toEqual([]);
});

test('a webhook with a wrong signature is refused, and the dialog stays as it was filled in', async ({
  open,
  stand,
}) => {
  const { page, watch } = await open();
  watch.allow(/status of 401/);
  const given = await subscribe(stand, { secret });
  const dialog = await openDialog(page, given);
  await dialog.getByLabel('As a producer').check();
  await dialog.getByLabel('Subscription secret').fill('another secret');
  await dialog.getByLabel('Payload (JSON)').fill('{"kept": true}');
  await dialog.getByRole('button', { name: 'Send webhook' }).click();
  await dialog
    .getByRole('alert')
    .getByText(/signature/i)
    .waitFor();
  expect(await dialog.getByLabel('Payload (JSON)').inputValue()).toBe('{"kept": true}');
  expect(given.endpoint.requests).toEqual([]);
});

test('a payload that is no JSON is said to be none before anything is sent', async ({
  page,
  stand,
}) => {
  const given = await subscribe(stand);
  const dialog = await openDialog(page, given);
  const payload = dialog.getByLabel('Payload (JSON)');
  await payload.fill('{"open": ');
  await dialog.getByRole('alert').waitFor();
  expect(await payload.getAttribute('aria-invalid')).toBe('true');
  // Playwright waits for a disabled button; a person may press it.
  await dialog.getByRole('button', { name: 'Send webhook' }).click({ force: true });
  await payload.fill('{"open": false}');
  await dialog.getByRole('button', { name: 'Send webhook' }).click();
  const [received] = await given.endpoint.received(1, patienceMs);
  expect(received?.body.toString()).toBe('{"open": false}');
});

/** From the button that stands on every page. */
async function openDialog(page: Page, { id }: Given) {
  await page.goto('');
  await page.getByRole('banner').getByRole('button', { name: 'Send test webhook' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send test webhook' });
  await dialog.getByRole('combobox', { name: 'Subscription' }).selectOption(id);
  return dialog;
}

function hubSignature(body: Buffer): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
