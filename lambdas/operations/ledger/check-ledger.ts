// The hourly ledger check: every accepted delivery has its row, the counters agree with the rows,
// and open deliveries make progress. A missing row is reported by id; counters that missed a change
// in a crash are corrected; overdue deliveries are reported and requested again.
import { limits } from '../../contract/limits/limits.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { DeliveryId } from '../../core/ids.ts';
import { checkPlan } from '../../core/ledger/ledger.ts';
import { hasOutlivedItsHour, isScheduled } from '../../core/ledger/overdue.ts';
import type { Page } from '../../core/shared/page.ts';
import { hourMs } from '../../core/ledger/stats.ts';
import { checkHour } from './check-hour.ts';
import type { OnRows } from './check-hour.ts';
import type { Context } from '../context.ts';
import { askAgain, overdueOf } from './recover-deliveries.ts';
import { recoverJobs } from './recover-jobs.ts';

type Needs = Omit<Context, 'sender' | 'bus'>;

/** False when time (`endsAt`, epoch ms) ran out: the next check continues from there. */
export async function checkLedger(context: Needs, endsAt: number): Promise<boolean> {
  for (const tenant of await context.subscriptions.tenants()) {
    const found: Overdue = { deliveries: 0, deliveryIds: [], jobs: [] };
    const isWhole = await checkTenant(context, { tenant, found, endsAt });
    tell(context, tenant, found);
    if (!isWhole) return false;
  }
  return true;
}

/** What was requested again. */
type Overdue = { deliveries: number; deliveryIds: DeliveryId[]; jobs: readonly string[] };

type TenantCheck = { tenant: string; found: Overdue; endsAt: number };

async function checkTenant(context: Needs, check: TenantCheck): Promise<boolean> {
  const { tenant, found, endsAt } = check;
  const { deliveries, ledgerChecks, clock, rules } = context;
  const { checkedUntil } = await ledgerChecks.get(tenant);
  const { retentionMs } = rules;
  const plan = checkPlan(clock.now(), { retentionMs, checkedUntil });
  const { hours, again, tail } = plan;
  if (checkedUntil !== null && plan.from < checkedUntil) {
    await ledgerChecks.setCheckedUntil(tenant, plan.from);
  }
  const recover: OnRows = (rows) => recoverRows(context, found, rows);
  const onRows: OnRows = async (rows) => {
    await recover(rows);
    await keepInSight(context, rows);
  };
  for (const hour of hours) {
    if ((await checkHour(context, { tenant, hour }, { endsAt, onRows })) === null) return false;
    await ledgerChecks.setCheckedUntil(tenant, hour + hourMs);
  }
  if (again !== null) {
    const whole = await checkHour(context, { tenant, hour: again }, { endsAt, onRows });
    if (whole === null) return false;
  }
  const walk = { recover, endsAt };
  if (tail !== null) {
    const read: ReadRows = async (page) => rowsOf(await deliveries.listLedger(tenant, tail, page));
    if (!(await walkThrough(context, read, walk))) return false;
  }
  if (!(await walkThrough(context, (page) => deliveries.listOpen(tenant, page), walk)))
    return false;
  found.jobs = await recoverJobs(context, tenant, { lateMs: limits.overdueAfterMs, dryRun: false });
  return true;
}

async function recoverRows(
  context: Needs,
  found: Overdue,
  rows: readonly Delivery[],
): Promise<void> {
  const overdue = await overdueOf(context, rows, limits.overdueAfterMs);
  if (overdue.length === 0) return;
  const from = context.clock.now();
  await askAgain(context, overdue, () =>
    Math.floor(from + context.chance.unit() * limits.recoverySpreadMs),
  );
  found.deliveries += overdue.length;
  const room = limits.ledgerIdsLoggedMax - found.deliveryIds.length;
  found.deliveryIds.push(...overdue.slice(0, room).map(({ id }) => id));
}

/** No check visits this hour again soon: open deliveries must be found without it. */
async function keepInSight({ deliveries }: Needs, rows: readonly Delivery[]): Promise<void> {
  const unlisted = rows.filter((row) => isScheduled(row) && !hasOutlivedItsHour(row));
  if (unlisted.length > 0) await deliveries.indexOpen(unlisted);
}

type ReadRows = (page: { limit: number; cursor: string | null }) => Promise<Page<Delivery>>;

function rowsOf({ items, nextCursor }: Page<{ delivery: Delivery | null }>): Page<Delivery> {
  return { items: items.flatMap(({ delivery }) => delivery ?? []), nextCursor };
}

/** False when time (`endsAt`) ran out. */
async function walkThrough(
  { clock }: Needs,
  read: ReadRows,
  { recover, endsAt }: { recover: OnRows; endsAt: number },
): Promise<boolean> {
  let cursor: string | null = null;
  do {
    if (clock.now() >= endsAt) return false;
    const page: Page<Delivery> = await read({ limit: limits.ledgerPageSize, cursor });
    await recover(page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return true;
}

function tell(context: Needs, tenant: string, { deliveries, deliveryIds, jobs }: Overdue): void {
  const overdue = deliveries + jobs.length;
  if (overdue === 0) return;
  const fields = { tenant, overdue, deliveryIds, jobs: jobs.slice(0, limits.ledgerIdsLoggedMax) };
  context.log.error('ledger.overdue', fields);
}
