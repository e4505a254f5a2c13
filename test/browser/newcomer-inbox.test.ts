// A newcomer with the mouse alone: every next step is a link or a button on the page where the step before ended.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findingsOf, withAxe } from './support/accessibility.ts';
import { sizeOf } from './support/chromium.ts';
import { overflowOf } from './support/overflow.ts';
import { isDeployed, patienceMs, testOf } from './support/test.ts';

const test = testOf({ RETRY_SCHEDULE: '1,1,1' });

test.skipIf(isDeployed)(
  'with the mouse alone, the inbox is made to fail and to take it again, and every try is found in it',
  async ({ page }) => {
    await page.goto('');
    await page.getByRole('link', { name: 'Add a subscription' }).first().click();
    await page.getByRole('button', { name: 'Use the development inbox' }).click();
    await answer(page, 'Fail twice, then take it');
    await page.getByRole('button', { name: 'Save' }).click();
    await sendTest(page);
    await untilState(page, 'delivered', 3);
    await openInbox(page);
    await received(page, { 500: 2, 200: 1 });

    await edit(page);
    await answer(page, 'Always fail');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await sendTest(page);
    await untilState(page, 'failed', 4);
    await openInbox(page);
    await received(page, { 500: 2, 503: 4, 200: 1 });

    await edit(page);
    await answer(page, 'Take every webhook');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('row', { name: 'failed' }).getByRole('link').first().click();
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await untilState(page, 'delivered', 5);
    await openInbox(page);
    await received(page, { 500: 2, 503: 4, 200: 2 });
  },
);

test.skipIf(isDeployed)(
  'the choice of how the inbox answers fits a phone and is read by everybody',
  async ({ open }) => {
    const { page } = await open({ viewport: sizeOf(390) });
    await withAxe(page);
    await page.goto('subscriptions/new');
    await page.getByRole('button', { name: 'Use the development inbox' }).click();
    await answer(page, 'Always fail');
    expect(await page.getByLabel('Target URL').inputValue()).toMatch(/demo\?status=503$/);
    expect(await overflowOf(page)).toBe(0);
    expect(await findingsOf(page)).toEqual([]);
  },
);

async function answer(page: Page, how: string): Promise<void> {
  const group = page.getByRole('group', { name: 'How the inbox answers' });
  await group.getByRole('button', { name: how, exact: true }).click();
  await group.getByRole('button', { name: how, exact: true, pressed: true }).waitFor();
}

async function sendTest(page: Page): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send webhook' }).click();
  await page.getByRole('link', { name: 'View delivery details' }).click();
}

async function untilState(page: Page, state: string, attempts: number): Promise<void> {
  await page.getByRole('heading', { name: `Delivery attempts (${attempts})` }).waitFor();
  await page.getByRole('main').getByText(state, { exact: true }).waitFor();
}

/** From a delivery, by way of its subscription, which has no name but its host. */
async function openInbox(page: Page): Promise<void> {
  const state = page.getByRole('region', { name: 'State' });
  await state.getByRole('link', { name: /^127\.0\.0\.1/ }).click();
  await page.getByRole('link', { name: 'See what the inbox received' }).click();
}

async function edit(page: Page): Promise<void> {
  await page.getByRole('main').getByRole('link', { name: 'subscription', exact: true }).click();
  await page.getByRole('link', { name: /^Edit / }).click();
}

async function received(page: Page, counts: Readonly<Record<number, number>>): Promise<void> {
  const requests = page.getByRole('region', { name: 'Requests to demo' }).getByRole('listitem');
  const count = (status: number) => requests.filter({ hasText: `answered ${status}` }).count();
  const counted = async () =>
    Object.fromEntries(
      await Promise.all(
        Object.keys(counts).map(async (status) => [status, await count(Number(status))] as const),
      ),
    );
  await expect.poll(counted, { timeout: patienceMs }).toEqual(counts);
}
