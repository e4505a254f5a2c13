// Handlers of the ledger routes.
import type { LedgerHourResource, ledgerRoutes } from '../../contract/ledger/ledger-routes.ts';
import { rfc3339, rfc3339OrNull } from '../../contract/limits/time.ts';
import { acceptedAtOf, subscriptionIdOf } from '../../core/ids.ts';
import type { StatusCounts } from '../../core/ledger/stats.ts';
import { readLedger } from '../../operations/ledger/read-ledger.ts';
import type { LedgerPage } from '../../operations/ledger/read-ledger.ts';
import type { Recovered } from '../../operations/ledger/recover-ledger.ts';
import { recoverLedger } from '../../operations/ledger/recover-ledger.ts';
import type { HandlersFor } from '../http/route-handler.ts';

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

  recoverLedger: async (context, { caller, body }) => {
    const { dry_run: dryRun, late_seconds: lateSeconds, per_second: perSecond } = body;
    const { tenant } = caller;
    const cursor = body.cursor ?? null;
    const wish = { tenant, dryRun, lateMs: lateSeconds * 1_000, perSecond, cursor };
    const done = await recoverLedger(context, wish);
    return {
      message: messageOf(done, dryRun),
      examined: done.examined,
      overdue: done.overdue,
      jobs: [...done.jobs],
      last_due_at: rfc3339OrNull(done.lastDueAt),
      next_cursor: done.nextCursor,
    };
  },
};

function messageOf({ overdue, jobs }: Recovered, dryRun: boolean): string {
  if (overdue === 0 && jobs.length === 0) return 'Nothing is overdue';
  return dryRun ? 'Overdue work that would be requested again' : 'Overdue work requested again';
}

function hourResource({
  hour,
  accepted,
  byStatus,
  missing,
  overdue,
  counted,
}: LedgerPage['hours'][number]): LedgerHourResource {
  return {
    hour: rfc3339(hour),
    accepted,
    ...shown(byStatus),
    missing,
    overdue,
    counted: counted === null ? null : shown(counted.byStatus),
  };
}

function shown({ pending, retrying, parked, delivered, failed, cancelled }: StatusCounts) {
  return { scheduled: pending + retrying, parked, delivered, failed, cancelled };
}
