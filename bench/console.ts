// The console's budget: what a first visit loads, and how long the first row of a list takes, with few deliveries in
// the store and with many. Needs Chromium; says so and goes on where there is none.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, Response } from 'playwright-core';
import { contextOptions, launchOptions } from '../test/browser/support/chromium.ts';
import { localStand } from '../test/browser/support/stand.ts';
import type { Stand } from '../test/browser/support/stand.ts';
import { median } from './latencies.ts';

const few = 25;
const many = 10_000;
const visits = 5;
const callers = 16;

type Visit = { firstRowMs: number; scriptBytes: number; requests: number };

export async function consoleBudget(): Promise<void> {
  const { executablePath = '' } = launchOptions;
  if (!existsSync(executablePath)) {
    console.log(`Console: skipped, there is no ${executablePath}`);
    return;
  }
  const stand = await localStand();
  const browser = await chromium.launch(launchOptions);
  try {
    await measure(stand, browser);
  } finally {
    await browser.close();
    await stand.close();
  }
}

async function measure(stand: Stand, browser: Browser): Promise<void> {
  // Inactive: what it is sent waits, and nothing but the console keeps the server busy.
  const body = { target_url: `${stand.consoleUrl}dev/inbox/bench`, status: 'inactive' as const };
  const { subscription } = await stand.api.call('createSubscription', { body });
  await ingest(stand, subscription.id, few);
  const before = await visitOften(stand, browser);
  await ingest(stand, subscription.id, many - few);
  const after = await visitOften(stand, browser);
  const [{ scriptBytes, requests }] = after;
  const firstRowOf = (all: readonly Visit[]) => median(all.map(({ firstRowMs }) => firstRowMs));
  const ratio = firstRowOf(after) / firstRowOf(before);
  console.log(`Console: first visits to the list of deliveries, medians of ${visits}`);
  console.log(
    `  loads        ${(scriptBytes / 1_024).toFixed(1)} KB of script, ${requests} requests`,
  );
  console.log(
    `  first row    ${firstRowOf(after).toFixed(0)} ms with ${many} deliveries, ` +
      `${ratio.toFixed(2)} times that with ${few}`,
  );
}

async function ingest({ api }: Stand, id: string, count: number): Promise<void> {
  let left = count;
  async function caller(): Promise<void> {
    while ((left -= 1) >= 0) await api.call('ingest', { id, body: { number: left } });
  }
  await Promise.all(Array.from({ length: callers }, caller));
}

async function visitOften(stand: Stand, browser: Browser): Promise<[Visit, ...Visit[]]> {
  // The first one warms the server up.
  const warm = await visit(stand, browser);
  const measured: Visit[] = [];
  for (let count = 0; count < visits; count += 1) measured.push(await visit(stand, browser));
  return [measured[0] ?? warm, ...measured.slice(1)];
}

/** With nothing in the browser's cache. */
async function visit({ consoleUrl }: Stand, browser: Browser): Promise<Visit> {
  const context = await browser.newContext({ ...contextOptions, baseURL: consoleUrl });
  try {
    const page = await context.newPage();
    const responses: Response[] = [];
    page.on('response', (response) => responses.push(response));
    const startedAt = performance.now();
    await page.goto('deliveries');
    await page.getByRole('table').locator('tbody tr').first().waitFor();
    const firstRowMs = performance.now() - startedAt;
    const scripts = responses.filter((response) => response.url().endsWith('.js'));
    const sizes = await Promise.all(scripts.map((response) => response.request().sizes()));
    const scriptBytes = sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
    return { firstRowMs, scriptBytes, requests: responses.length };
  } finally {
    await context.close();
  }
}
