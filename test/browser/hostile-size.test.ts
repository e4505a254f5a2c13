// The largest payloads that the service takes, made to be hard to show: the pages show them, and go on answering.
import { expect } from 'vitest';
import { sizeOf, widths } from './support/chromium.ts';
import { subscribe, untilStatus } from './support/given.ts';
import { overflowOf } from './support/overflow.ts';
import type { Stand } from './support/stand.ts';
import { testOf } from './support/test.ts';
import { visit } from './support/views.ts';

const bodyBytesMax = 256 * 1_024;
const test = testOf({ MAX_BODY_BYTES: `${bodyBytesMax}` });

/** One line without a place to break it, just as large as a body may be. */
const oneLine = `"${'W'.repeat(bodyBytesMax - 2)}"`;
/** Laid out with two spaces a level, it would be a hundred megabytes. */
const deep = nested(400);
/** Deeper than JSON.stringify can go. */
const deepest = '['.repeat(bodyBytesMax / 2) + ']'.repeat(bodyBytesMax / 2);

test('a payload of one line and the largest size is shown in part, then whole, and fits the window', async ({
  open,
  stand,
}) => {
  const id = await deliver(stand, oneLine);
  for (const width of widths) {
    const { page } = await open({ viewport: sizeOf(width) });
    await visit(page, { path: `delivery/${id}`, heading: 'Delivery' });
    const payload = page.getByRole('group', { name: 'Payload', exact: true });
    expect((await payload.textContent())?.length).toBe(4_000);
    expect(await overflowOf(page), `in part at ${width}`).toBe(0);
    await page.getByRole('button', { name: 'Show all (256 KB)' }).click();
    expect(await payload.textContent()).toBe(oneLine);
    expect(await overflowOf(page), `whole at ${width}`).toBe(0);
    await page.getByRole('button', { name: 'Show less' }).click();
    expect((await payload.textContent())?.length).toBe(4_000);
  }
});

for (const { name, text } of [
  { name: 'deeply nested and wide', text: deep },
  { name: 'nested deeper than can be laid out', text: deepest },
]) {
  test(`a payload that is ${name} is shown as it came, and the page goes on`, async ({
    open,
    stand,
  }) => {
    const id = await deliver(stand, text);
    const { page } = await open();
    await visit(page, { path: `delivery/${id}`, heading: 'Delivery' });
    await page.getByRole('button', { name: 'Show all (256 KB)' }).click();
    const payload = page.getByRole('group', { name: 'Payload', exact: true });
    expect(await payload.textContent()).toBe(text);
    await page.getByRole('link', { name: 'Deliveries', exact: true }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
    await page.getByRole('button', { name: 'Show payload and attempts' }).first().click();
    await page.getByText('Attempt #1').waitFor();
    await page.getByRole('button', { name: 'Show all (256 KB)' }).waitFor();
  });
}

/** As a producer sends it, byte for byte. */
async function deliver(stand: Stand, body: string): Promise<string> {
  const { id } = await subscribe(stand);
  expect(Buffer.byteLength(body)).toBe(bodyBytesMax);
  const { delivery_id: deliveryId = '' } = await stand.api.call('ingest', { id, body });
  await untilStatus(stand, deliveryId, 'delivered');
  return deliveryId;
}

function nested(levels: number): string {
  const room = bodyBytesMax - 2 * levels;
  return `${'['.repeat(levels)}${'0,'.repeat(room / 2 - 1)}10${']'.repeat(levels)}`;
}
