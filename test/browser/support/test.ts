// The suite's `test`: a stand for the file, and pages that are watched for as long as the test runs.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { test as base, expect, inject } from 'vitest';
import { contextOptions } from './chromium.ts';
import { localStand, standOn } from './stand.ts';
import { watchPage } from './watch.ts';
import type { Watch } from './watch.ts';

export const isDeployed = inject('deployed') !== null;

/** For what should come soon, on a machine that has much else to do. */
export const patienceMs = 30_000;

export type Opened = { page: Page; watch: Watch };
export type OpenOptions = BrowserContextOptions & {
  /** With a key, the page has it as after a sign-in; `signedIn: false` leaves it at the door. */
  signedIn?: boolean;
  key?: string;
};

/** `environment` is the local server's; a deployment is as it is. */
export function testOf(environment: Readonly<Record<string, string>> = {}) {
  return base
    .extend('environment', { scope: 'file' }, environment)
    .extend('browserEndpoint', { scope: 'file' }, inject('browserEndpoint'))
    .extend('stand', { scope: 'file' }, async ({ environment: settings }, { onCleanup }) => {
      const deployed = inject('deployed');
      const stand = await (deployed === null ? localStand(settings) : standOn(deployed));
      onCleanup(() => stand.close());
      return stand;
    })
    .extend('browser', { scope: 'file' }, async ({ browserEndpoint }, { onCleanup }) => {
      const browser: Browser = await chromium.connect(browserEndpoint);
      onCleanup(() => browser.close());
      return browser;
    })
    .extend('open', async ({ stand, browser }, { onCleanup }) => {
      const watches: Watch[] = [];
      const closings: (() => Promise<void>)[] = [];
      onCleanup(async () => {
        for (const close of closings) await close();
        expect(watches.flatMap((watch) => watch.problems())).toEqual([]);
      });
      return async ({ signedIn = true, key, ...options }: OpenOptions = {}): Promise<Opened> => {
        const context = await browser.newContext({
          ...contextOptions,
          baseURL: stand.consoleUrl,
          ...options,
        });
        closings.push(() => context.close());
        context.setDefaultTimeout(patienceMs);
        const page = await context.newPage();
        const shown = key ?? stand.key;
        if (signedIn && shown !== null) {
          await page.addInitScript(`sessionStorage.setItem('api-key', '${shown}')`);
        }
        const watch = await watchPage(page, new URL(stand.consoleUrl).origin);
        watches.push(watch);
        return { page, watch };
      };
    })
    .extend('page', async ({ open }) => (await open()).page);
}

export const test = testOf();
