// Text that would run if it became an address: no link anywhere leads to anything but a web page.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { publish, subscribe, untilStatus } from './support/given.ts';
import { isDeployed, test } from './support/test.ts';
import { loaded } from './support/views.ts';

const script = 'javascript:window.harmed=1';

test('a name, a type, a payload and an answer that are scripts become no address', async ({
  page,
  stand,
}) => {
  const { id, name } = await subscribe(
    stand,
    { name: script, event_types: ['javascript:void'], retry_schedule: [] },
    { status: 500, headers: { location: script }, body: script },
  );
  const event = { type: 'javascript:void', payload: { [script]: script } };
  const deliveryId = await publish(stand, id, event);
  await untilStatus(stand, deliveryId, 'failed');
  for (const [path, sign] of [
    ['', name],
    ['subscriptions', name],
    [`subscriptions/${id}`, name],
    [`subscriptions/${id}/edit`, name],
    [`deliveries/${id}`, 'javascript:void'],
    [`delivery/${deliveryId}`, script],
    ['event-types', 'javascript:void'],
  ] as const) {
    await page.goto(path);
    await loaded(page);
    await page.getByText(sign).first().waitFor({ state: 'attached' });
    expect(await schemesIn(page), path).toEqual(['http:']);
  }
});

test.skipIf(isDeployed)(
  'a request to the inbox whose id is a script leads nowhere but to a page of the console',
  async ({ page, stand }) => {
    await fetch(new URL('dev/inbox/links', stand.consoleUrl), {
      method: 'POST',
      headers: { 'webhook-id': script, 'x-event-type': script },
      body: script,
    });
    await page.goto('inbox?inbox=links');
    await page.getByText('answered 200').click();
    const link = page.getByRole('main').getByRole('listitem').getByRole('link');
    await link.waitFor();
    expect(await link.getAttribute('href')).toBe(`delivery/${script}`);
    expect(await schemesIn(page)).toEqual(['http:']);
  },
);

/** Of all links and forms. */
function schemesIn(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`[...new Set([
    ...[...document.links].map((link) => link.protocol),
    ...[...document.forms].map((form) => new URL(form.action).protocol),
  ])]`);
}
