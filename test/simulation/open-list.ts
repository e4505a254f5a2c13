// The stored list of what is open.
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { hasOutlivedItsHour, isScheduled } from '../../lambdas/core/ledger/overdue.ts';
import type { Page } from '../../lambdas/core/shared/page.ts';
import { pageOf } from './pages.ts';
import type { Database } from './store.ts';

/** What an index would have, of which a check puts in what it finds open. */
export function listOpen(
  { idsOf, rows, indexed }: Database,
  tenant: string,
  { limit, cursor }: { limit: number; cursor: string | null },
): Page<Delivery> {
  const ids = [...idsOf.values()].flat().filter((id) => id > (cursor ?? ''));
  const found = ids
    .sort()
    .map((id) => rows.get(id)!.delivery)
    .filter((delivery) => delivery.tenant === tenant && isScheduled(delivery))
    .filter((delivery) => indexed.has(delivery.id) || hasOutlivedItsHour(delivery));
  return pageOf(Iterator.from(found), limit);
}
