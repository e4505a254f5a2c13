// Somebody who has never seen the console, with the labels on the screen for a guide and one address to begin with.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { isDeployed, test } from './support/test.ts';

test.skipIf(isDeployed)(
  'a newcomer sends a webhook to the inbox, sees it fail and be retried, and replays it',
  async ({ page }) => {
    await page.goto('');
    await createSubscription(page);
    await sendTest(page);
    await dialogSays(page, 'delivered');
    await close(page);
    await findInInbox(page, 'answered 200', 1);

    await answerWith(page, '?status=503');
    await sendTest(page);
    await page.getByRole('link', { name: 'View delivery details' }).click();
    await page.getByRole('main').getByText('retrying', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Delivery attempts (3)' }).waitFor();
    await page.getByRole('main').getByText('failed', { exact: true }).waitFor();
    await findInInbox(page, 'answered 503', 3);

    await answerWith(page, '');
    await page.getByRole('link', { name: 'Deliveries', exact: true }).click();
    const failed = page.getByRole('row', { name: 'failed' });
    await failed.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('link', { name: 'All details' }).click();
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await page.getByRole('heading', { name: 'Delivery attempts (4)' }).waitFor();
    await page.getByRole('main').getByText('delivered', { exact: true }).waitFor();
    await findInInbox(page, 'answered 200', 2);
  },
);

async function createSubscription(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Add a subscription' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('My first');
  await page.getByRole('button', { name: 'Use the development inbox' }).click();
  await page.getByRole('button', { name: 'Generate' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'My first' }).waitFor();
}

/** The inbox's own page says what its address takes. */
async function answerWith(page: Page, orders: string): Promise<void> {
  if (orders !== '') await page.getByRole('term').getByText(orders, { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Subscriptions', exact: true }).click();
  await page.getByRole('link', { name: 'Edit My first' }).click();
  const target = page.getByLabel('Target URL');
  const [address] = (await target.inputValue()).split('?');
  await target.fill(`${address}${orders}`);
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByRole('heading', { level: 1, name: 'My first' }).waitFor();
}

async function sendTest(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send test webhook' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send webhook' }).click();
}

async function dialogSays(page: Page, text: string): Promise<void> {
  await page.getByRole('dialog').getByText(text, { exact: true }).waitFor();
}

async function close(page: Page): Promise<void> {
  // The cross at the head and the button at the foot both say so.
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
}

async function findInInbox(page: Page, answered: string, times: number): Promise<void> {
  await page.getByRole('link', { name: 'Inbox', exact: true }).click();
  await page.getByRole('heading', { name: 'Requests to demo' }).waitFor();
  const requests = page.getByRole('listitem').filter({ hasText: answered });
  await expect.poll(() => requests.count(), { timeout: 30_000 }).toBe(times);
  await requests.first().getByText(answered).click();
  await requests.first().getByText('Standard Webhooks: verified').waitFor();
  await requests.first().getByText('"customer": "Ada Lovelace"').waitFor();
}
