// The matches of a replay job, page by page, and a bounded count of them.
import { limits } from '../../contract/limits/limits.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { Page } from '../../core/shared/page.ts';
import type { ReplayFilters, ReplayableStatus } from '../../core/replays/replay-job.ts';
import type { Context } from '../context.ts';

export type MatchPage = { status: ReplayableStatus; limit: number; cursor: string | null };

export function listMatches(
  context: Pick<Context, 'deliveries'>,
  about: { tenant: string; filters: ReplayFilters },
  page: MatchPage,
): Promise<Page<Delivery>> {
  const { subscriptionId, eventType, errorCode, since, until } = about.filters;
  const { tenant } = about;
  return context.deliveries.list({
    tenant,
    subscriptionId,
    eventType,
    errorCode,
    since,
    until,
    ...page,
  });
}

export type MatchCount = {
  matched: number;
  /** False when there may be more. */
  complete: boolean;
};

export async function countMatches(
  context: Pick<Context, 'deliveries'>,
  about: { tenant: string; filters: ReplayFilters },
): Promise<MatchCount> {
  let matched = 0;
  let pages = 0;
  for (const status of about.filters.statuses) {
    let cursor: string | null = null;
    do {
      if (pages === limits.replayCountPagesMax) return { matched, complete: false };
      pages += 1;
      const limit = limits.rowsExaminedPerPageMax;
      const page: Page<Delivery> = await listMatches(context, about, { status, limit, cursor });
      matched += page.items.length;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }
  return { matched, complete: true };
}
