// Text that means harm, wherever the service shows what others wrote: it stays text, and it fits the window.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { sizeOf, widths } from './support/chromium.ts';
import { publish, untilStatus } from './support/given.ts';
import { overflowOf } from './support/overflow.ts';
import type { Stand } from './support/stand.ts';
import { isDeployed, testOf } from './support/test.ts';
import { loaded } from './support/views.ts';

const image = '<img src=x onerror="window.harmed=1">';
const script = '</code></pre><script>window.harmed=1</script>';
/** From here on, right to left. */
const rightToLeft = '\u202E\u2067evil \u0627\u0644\u0639\u0631\u0628\u064A\u0629';
const longWord = (length: number) => 'W'.repeat(length);

type Harm = { subscriptionId: string; deliveryId: string; replayId: string };

const test = testOf().extend('harm', { scope: 'file' }, async ({ stand }): Promise<Harm> => {
  const subscriptionId = await hostileSubscription(stand);
  const payload = JSON.parse(
    JSON.stringify({
      [image]: script,
      [rightToLeft]: longWord(200_000),
      constructor: null,
    }).replace('{', '{"__proto__":{"harmed":1},'),
  );
  const deliveryId = await publish(stand, subscriptionId, { type: '__proto__', payload });
  await untilStatus(stand, deliveryId, 'failed');
  await publish(stand, subscriptionId, { type: longWord(100), payload: image });
  await stand.api.call('createApiKey', {
    body: { name: `${rightToLeft}${image}`, scopes: ['read'] },
  });
  const body = { subscription_id: subscriptionId, status: ['cancelled' as const] };
  const { replay } = await stand.api.call('createReplay', { body });
  return { subscriptionId, deliveryId, replayId: replay?.id ?? '' };
});

test('hostile names, payloads, answers and headers stay text on every page, and fit it', async ({
  open,
  harm: { subscriptionId, deliveryId, replayId },
}) => {
  const paths = [
    '',
    'subscriptions',
    `subscriptions/${subscriptionId}`,
    `subscriptions/${subscriptionId}/edit`,
    `deliveries?subscription_id=${subscriptionId}`,
    `delivery/${deliveryId}`,
    `replays/${replayId}`,
    'replays',
    'event-types',
    'keys',
  ];
  for (const width of widths) {
    const { page } = await open({ viewport: sizeOf(width) });
    for (const path of paths) {
      await page.goto(path);
      await loaded(page);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await isInert(page, `${path} at ${width}`);
    }
  }
});

test('a payload and an answer that are hostile are shown whole, as they are', async ({
  page,
  harm: { deliveryId },
}) => {
  await page.goto(`delivery/${deliveryId}`);
  const payload = page.getByRole('group', { name: 'Payload', exact: true });
  await page
    .getByRole('button', { name: /^Show all/ })
    .first()
    .click();
  const shown = (await payload.textContent()) ?? '';
  expect(Object.keys(JSON.parse(shown)).toSorted()).toEqual(
    ['__proto__', image, rightToLeft, 'constructor'].toSorted(),
  );
  expect(shown).toContain(script);
  const answer = page.getByRole('group', { name: 'Response body' });
  expect(await answer.textContent()).toContain(image);
  for (const width of widths) {
    await page.setViewportSize(sizeOf(width));
    await isInert(page, `all shown at ${width}`);
  }
});

test('the dialogs and the notices show hostile names as text', async ({
  open,
  harm: { subscriptionId },
}) => {
  for (const width of widths) {
    const { page } = await open({ viewport: sizeOf(width) });
    await page.goto(`subscriptions/${subscriptionId}`);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send webhook' }).waitFor();
    await isInert(page, `the test dialog at ${width}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByText(image).waitFor();
    await isInert(page, `the delete dialog at ${width}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  }
});

test('hostile addresses lead to a page that says so', async ({ open }) => {
  const { page, watch } = await open({ viewport: sizeOf(390) });
  watch.allow(/status of 4\d\d/);
  const hostile = encodeURIComponent(`${image}${longWord(300)}`);
  for (const path of [
    `deliveries?event_type=${hostile}&subscription_id=${hostile}&since=${hostile}`,
    `subscriptions?q=${hostile}&health=${hostile}`,
    `subscriptions/${hostile}`,
    `delivery/__proto__`,
    `replays/constructor`,
    `reference?call=__proto__`,
    `?window=__proto__`,
    `deliveries?status=toString&error_code=valueOf`,
    `subscriptions/%E0%A4%A`,
  ]) {
    await page.goto(path);
    await page.getByRole('main').waitFor();
    await loaded(page);
    await isInert(page, path);
  }
});

test.skipIf(isDeployed)(
  'the inbox shows a hostile request of a megabyte as text',
  async ({ open, stand }) => {
    const name = longWord(64);
    const url = new URL(`dev/inbox/${name}`, stand.consoleUrl);
    const body = `${image}${script}${longWord(1_000_000)}`;
    const headers = { 'x-event-type': image, 'webhook-id': `${image}${longWord(500)}` };
    await fetch(url, { method: 'POST', body, headers });
    for (const width of widths) {
      const { page } = await open({ viewport: sizeOf(width) });
      await page.goto(`inbox?inbox=${name}`);
      await page.getByText('answered 200').click();
      await page.getByRole('button', { name: /^Show all/ }).click();
      await page.getByRole('button', { name: 'Show less' }).waitFor();
      await isInert(page, `the inbox at ${width}`);
    }
  },
);

async function hostileSubscription({ api, receiver }: Stand): Promise<string> {
  const { url } = receiver.endpoint({
    status: 500,
    headers: { 'content-type': 'text/html' },
    body: `${image}${script}${rightToLeft}${longWord(1_000_000)}`,
  });
  const query = `?${longWord(1_500)}&${encodeURIComponent(image)}`;
  const { subscription } = await api.call('createSubscription', {
    body: {
      name: `${image}${rightToLeft}${longWord(40)}`,
      target_url: `${url}${query}`,
      event_types: ['__proto__', 'constructor', longWord(100), 'order.*'],
      custom_headers: { [`X-${longWord(90)}`]: image },
      retry_schedule: [],
    },
  });
  return subscription.id;
}

/** Nothing ran, nothing was made of it, and nobody has to scroll sideways. Dialogs are watched for anyway. */
async function isInert(page: Page, where: string): Promise<void> {
  expect(await page.evaluate('window.harmed ?? ({}).harmed ?? null'), where).toBeNull();
  const made = 'img, script:not([src]), iframe, object, [onerror], a[href^="javascript:" i]';
  expect(await page.locator(made).count(), where).toBe(0);
  expect(await overflowOf(page), where).toBe(0);
}
