// Text that turns the order of what is read: it may turn itself, and nothing beside it.
import type { Page } from 'playwright-core';

/** Where a foreign text shares its line with other text and could reorder that, as lines to read. */
export function leaksOf(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(script);
}

/**
 * CSS isolates a `bdi` and every block. An option cannot be isolated by CSS: there the marks must be gone, or be within
 * an isolate of the console's own.
 */
const script = String.raw`(() => {
  const turning = /[\u202A-\u202E\u2066-\u2069]/;
  const isolates = /\u2068[^\u202A-\u202E\u2066-\u2069]*\u2069/g;
  const isIsolated = (element) => {
    const { display, unicodeBidi } = getComputedStyle(element);
    return display !== 'inline' || /isolate|plaintext/.test(unicodeBidi);
  };
  const leaks = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text !== null; text = walker.nextNode()) {
    if (!turning.test(text.data)) continue;
    let box = text.parentElement;
    while (!isIsolated(box)) box = box.parentElement;
    const isLeak = box.matches('option')
      ? turning.test(text.data.replaceAll(isolates, ''))
      : box.textContent.trim() !== text.data.trim();
    if (isLeak) leaks.push(box.localName + '.' + box.className + ': ' + escape(box.textContent.slice(0, 120)));
  }
  return leaks;
})()`;
