// Payloads of any type on the pages that show them: a form's fields, text, bytes. What is hostile in them stays text.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findingsOf, withAxe } from './support/accessibility.ts';
import { schemes, sizeOf, widths } from './support/chromium.ts';
import { subscribe, untilStatus } from './support/given.ts';
import { overflowOf } from './support/overflow.ts';
import type { Stand } from './support/stand.ts';
import { isDeployed, testOf } from './support/test.ts';
import { loaded } from './support/views.ts';

const image = '<img src=x onerror="window.harmed=1">';
const form = new URLSearchParams([
  ['payload', JSON.stringify({ zen: 'Keep it logically awesome.', sender: { login: 'ada' } })],
  [image, `</dd></dl><script>window.harmed=1</script>`],
  ['\u202Eevil', '\u202Etxt.exe'],
  ['', ''],
  ['W'.repeat(500), 'W'.repeat(5_000)],
]).toString();
const bytes = Buffer.concat([
  Buffer.from(`${image}\0\r\n\u202E`),
  Buffer.from(Array.from({ length: 4_096 }, (_, at) => at % 256)),
]);

type Sent = { contentType: string; body: string | Buffer; contentEncoding?: string };

const formSent: Sent = { contentType: 'application/x-www-form-urlencoded', body: form };
const bytesSent: Sent = { contentType: 'image/png', body: bytes, contentEncoding: 'br' };
const textSent: Sent = {
  contentType: `text/csv; a="${'<b>'.repeat(70)}"`,
  body: `name;note\r\nAda;${image}\r\n`,
};

async function delivered(stand: Stand, sent: Sent, targetUrl?: string): Promise<string> {
  const target = targetUrl === undefined ? {} : { target_url: targetUrl };
  const { id } = await subscribe(stand, target);
  const { contentType, contentEncoding, body } = sent;
  const headers = contentEncoding === undefined ? {} : { 'content-encoding': contentEncoding };
  const answer = await stand.api.call('ingest', { id, body, contentType, headers });
  const delivery = answer.delivery_id ?? '';
  await untilStatus(stand, delivery, 'delivered');
  return delivery;
}

const test = testOf();

test('a form is shown field by field, and as it was sent', async ({ open, stand }) => {
  const delivery = await delivered(stand, formSent);
  await everywhere(open, `delivery/${delivery}`, async (page) => {
    const fields = page.getByRole('group', { name: 'Payload', exact: true });
    expect(await fields.getByRole('term').allTextContents()).toContain(image);
    expect(await fields.getByRole('group', { name: 'Field payload' }).textContent()).toContain(
      '"login": "ada"',
    );
    await page.getByRole('button', { name: 'Raw', exact: true }).click();
    expect(await fields.textContent()).toBe(form.slice(0, 4_000));
    await page.getByRole('button', { name: 'Hex', exact: true }).click();
    expect(await fields.textContent()).toMatch(/^000000 {2}70 61 79 6c/);
  });
});

test('text is shown as it was sent', async ({ open, stand }) => {
  const delivery = await delivered(stand, textSent);
  await everywhere(open, `delivery/${delivery}`, async (page) => {
    const payload = page.getByRole('group', { name: 'Payload', exact: true });
    expect(await payload.textContent()).toBe(String(textSent.body));
  });
});

test('bytes are shown in hex and in base64, and copied as a command', async ({ open, stand }) => {
  const delivery = await delivered(stand, bytesSent);
  await everywhere(open, `delivery/${delivery}`, async (page) => {
    const payload = page.getByRole('group', { name: 'Payload', exact: true });
    expect(await payload.textContent()).toContain(
      `3c 69 6d 67 20 73 72 63 3d 78 20 6f 6e 65 72 72`,
    );
    await page.getByRole('button', { name: /^Show all/ }).click();
    expect((await payload.textContent())?.split('\n')).toHaveLength(Math.ceil(bytes.length / 16));
    await page.getByRole('button', { name: 'Base64' }).click();
    expect(await payload.textContent()).toBe(bytes.toString('base64').slice(0, 4_000));
    await page.getByText('image/png').waitFor();
  });
});

test.skipIf(isDeployed)('the inbox shows forms, text and bytes', async ({ open, stand }) => {
  for (const [name, sent] of Object.entries({ form: formSent, text: textSent, bytes: bytesSent })) {
    await delivered(stand, sent, `${stand.consoleUrl}dev/inbox/${name}`);
    await everywhere(open, `inbox?inbox=${name}`, async (page) => {
      await page.getByText('answered 200').click();
      const body = page.getByRole('group', { name: 'Body', exact: true });
      const shown = { form: '"login": "ada"', text: image, bytes: '3c 69 6d 67' }[name]!;
      expect(await body.textContent()).toContain(shown);
    });
  }
});

test('a test webhook may have any type', async ({ page, stand }) => {
  const { id, endpoint } = await subscribe(stand);
  await page.goto('');
  await page.getByRole('button', { name: 'Send test webhook' }).first().click();
  const dialog = page.getByRole('dialog');
  const choice = dialog.getByLabel('Subscription', { exact: true });
  await choice.selectOption(id);
  await dialog.getByLabel('Content type').fill('application/x-www-form-urlencoded');
  await dialog.getByLabel('Payload', { exact: true }).fill('a=1&b=%C3%A9');
  for (const [count, way] of ['sample', 'producer'].entries()) {
    await dialog.getByLabel(way).check();
    await dialog.getByRole('button', { name: 'Send webhook' }).click();
    const request = (await endpoint.received(count + 1, 30_000))[count]!;
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(request.body.toString()).toBe('a=1&b=%C3%A9');
  }
});

type Open = (options: object) => Promise<{ page: Page }>;

/** Narrow and wide, light and dark: nothing runs, nothing is made of it, nobody scrolls sideways, everyone can read it. */
async function everywhere(
  open: Open,
  path: string,
  check: (page: Page) => Promise<void>,
): Promise<void> {
  for (const width of widths) {
    const { page } = await open({ viewport: sizeOf(width) });
    await withAxe(page);
    await page.goto(path);
    await loaded(page);
    await check(page);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await isInert(page, `${path} at ${width} in ${colorScheme}`);
    }
  }
}

async function isInert(page: Page, where: string): Promise<void> {
  expect(await page.evaluate('window.harmed ?? null'), where).toBeNull();
  expect(await page.locator('img, script:not([src]), [onerror]').count(), where).toBe(0);
  expect(await overflowOf(page), where).toBe(0);
  expect(await findingsOf(page), where).toEqual([]);
}
