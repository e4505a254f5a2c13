// Answers to the route of the ledger.
import type { LedgerHourResource, ledgerRoutes } from '../contract/ledger-routes.ts';
import { rfc3339 } from '../contract/time.ts';
import { acceptedAtOf, subscriptionIdOf } from '../core/ids.ts';
import type { StatusCounts } from '../core/stats.ts';
import { readLedger } from '../operations/read-ledger.ts';
import type { LedgerPage } from '../operations/read-ledger.ts';
import type { HandlersFor } from './route-handler.ts';

export const ledgerHandlers: HandlersFor<keyof typeof ledgerRoutes> = {
  getLedger: async (context, { caller, query }) => {
    const { since, until, cursor = null } = query;
    const page = await readLedger(context, caller.tenant, { since, until, cursor });
    return {
      since: rfc3339(page.range.fromHour),
      until: rfc3339(page.range.untilHour),
      hours: page.hours.map(hourResource),
      missing: page.missing.map(({ id }) => ({
        delivery_id: id,
        subscription_id: subscriptionIdOf(id),
        accepted_at: rfc3339(acceptedAtOf(id)),
      })),
      next_cursor: page.nextCursor,
    };
  },
};

function hourResource({
  hour,
  accepted,
  byStatus,
  missing,
  counted,
}: LedgerPage['hours'][number]): LedgerHourResource {
  return {
    hour: rfc3339(hour),
    accepted,
    ...shown(byStatus),
    missing,
    counted: counted === null ? null : shown(counted.byStatus),
  };
}

function shown({ pending, retrying, parked, delivered, failed, cancelled }: StatusCounts) {
  return { scheduled: pending + retrying, parked, delivered, failed, cancelled };
}
