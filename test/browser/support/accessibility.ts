// What axe finds on a page, as lines to read. Its script comes with the page load, before the policy of the page counts.
import type { AxeResults } from 'axe-core';
import axe from 'axe-core';
import type { Page } from 'playwright-core';

export async function withAxe(page: Page): Promise<void> {
  await page.addInitScript(axe.source);
}

/** Serious and critical findings; the best practices are left to reviewers. */
export async function findingsOf(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, { resultTypes: ['violations'] })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, impact, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${impact} ${id}: ${target.join(' ')} ${failureSummary}`,
      ),
    );
}
