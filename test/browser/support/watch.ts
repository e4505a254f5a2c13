// What may not happen on any page, whatever a test looks at: an error in the console, a request to another origin, a
// violation of the content security policy, a dialog of the browser's.
import type { Page } from 'playwright-core';

export type Watch = {
  /** For a test that brings an error about, such as a 401. */
  allow(pattern: RegExp): void;
  problems(): string[];
};

const reportViolations = `document.addEventListener('securitypolicyviolation', (event) => {
  console.error('Content security policy: ' + event.violatedDirective + ' ' + event.blockedURI);
});`;

export async function watchPage(page: Page, origin: string): Promise<Watch> {
  const seen: string[] = [];
  const allowed: RegExp[] = [];
  await page.addInitScript(reportViolations);
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    seen.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => seen.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== origin) seen.push(`request: ${url.href}`);
  });
  page.on('dialog', (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return {
    allow: (pattern) => allowed.push(pattern),
    problems: () => seen.filter((line) => !allowed.some((pattern) => pattern.test(line))),
  };
}
