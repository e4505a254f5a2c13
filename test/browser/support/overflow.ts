import type { Page } from 'playwright-core';

/** How many pixels the page is wider than its window: a person would have to scroll sideways. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
}
