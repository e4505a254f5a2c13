// Recovers immediately what the queue lost, when a person knows that it did: after a purge, or
// after restoring a table next to an empty queue. One request goes as far as its time and pace
// allow, and its answer says how to continue. It keeps no state: each row records that it was
// requested again, so repeating a request duplicates nothing.
import { limits } from '../../contract/limits/limits.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { ledgerRange } from '../../core/ledger/ledger.ts';
import { InvalidCursorError } from '../../core/shared/port-errors.ts';
import type { HourRange } from '../../core/ledger/stats-summary.ts';
import type { Context } from '../context.ts';
import { askAgain, overdueOf } from './recover-deliveries.ts';
import type { JobId } from './recover-jobs.ts';
import { recoverJobs } from './recover-jobs.ts';

export type RecoverWish = {
  tenant: string;
  /** Anything later than this is requested again. */
  lateMs: number;
  perSecond: number;
  /** Only counts. */
  dryRun: boolean;
  cursor: string | null;
};

export type Recovered = {
  examined: number;
  /** Overdue deliveries; requested again unless in a dry run. */
  overdue: number;
  /** Owners of overdue jobs; only the first request reports them. */
  jobs: readonly JobId[];
  /** Epoch ms when the last message is due; null if none was sent. */
  lastDueAt: number | null;
  nextCursor: string | null;
};

/**
 * First, by the ledger, the hours that may not have been checked; then everything else that is
 * open.
 */
type Place = { stage: 'ledger' | 'open'; range: HourRange; cursor: string | null };

type WalkPage = { items: readonly Delivery[]; next: Place | null };

type Done = { examined: number; overdue: number; lastDueAt: number | null };

export async function recoverLedger(context: Context, wish: RecoverWish): Promise<Recovered> {
  const { tenant, lateMs, perSecond, dryRun } = wish;
  const isFirst = wish.cursor === null;
  const jobs = isFirst ? await recoverJobs(context, tenant, { lateMs, dryRun }) : [];
  const most = Math.min(
    limits.recoveriesPerRequestMax,
    Math.floor((perSecond * limits.recoverySpreadMs) / 1_000),
  );
  const done: Done = { examined: 0, overdue: 0, lastDueAt: null };
  const room = () => (dryRun ? Infinity : most - done.overdue);
  const startedAt = context.clock.now();
  let place = await placeOf(context, wish);
  do {
    const limit = Math.min(limits.ledgerPageSize, room());
    const page: WalkPage = await readPage(context, tenant, { place, limit });
    await recoverPage(context, page.items, { wish, startedAt, done });
    if (page.next === null) return told(context, tenant, { ...done, jobs, nextCursor: null });
    place = page.next;
  } while (room() > 0 && context.clock.now() - startedAt < limits.recoverRequestMs);
  return told(context, tenant, { ...done, jobs, nextCursor: cursorOf(place) });
}

async function recoverPage(
  context: Context,
  rows: readonly Delivery[],
  { wish, startedAt, done }: { wish: RecoverWish; startedAt: number; done: Done },
): Promise<void> {
  const overdue = await overdueOf(context, rows, wish.lateMs);
  const before = done.overdue;
  done.examined += rows.length;
  done.overdue += overdue.length;
  if (wish.dryRun || overdue.length === 0) return;
  const dueAt = (place: number) =>
    startedAt + Math.floor(((before + place) * 1_000) / wish.perSecond);
  await askAgain(context, overdue, dueAt);
  done.lastDueAt = dueAt(overdue.length - 1);
}

function told(context: Context, tenant: string, recovered: Recovered): Recovered {
  const { examined, overdue, jobs } = recovered;
  context.log.info('ledger.recovered', { tenant, examined, overdue, jobs: jobs.length });
  return recovered;
}

async function placeOf(context: Context, { tenant, cursor }: RecoverWish): Promise<Place> {
  return cursor === null ? startOf(context, tenant) : readCursor(cursor);
}

async function startOf(context: Context, tenant: string): Promise<Place> {
  const now = context.clock.now();
  const { checkedUntil } = await context.ledgerChecks.get(tenant);
  const since = checkedUntil ?? undefined;
  const range = ledgerRange({ since }, now, context.rules.retentionMs);
  return { stage: 'ledger', range: range ?? { fromHour: now, untilHour: now + 1 }, cursor: null };
}

async function readPage(
  context: Context,
  tenant: string,
  { place, limit }: { place: Place; limit: number },
): Promise<WalkPage> {
  const { stage, range, cursor } = place;
  const page = { limit, cursor };
  if (stage === 'open') {
    const { items, nextCursor } = await context.deliveries.listOpen(tenant, page);
    return {
      items: items.filter(({ createdAt: at }) => at < range.fromHour || at >= range.untilHour),
      next: nextCursor === null ? null : { ...place, cursor: nextCursor },
    };
  }
  const { items, nextCursor } = await context.deliveries.listLedger(tenant, range, page);
  return {
    items: items.flatMap(({ delivery }) => delivery ?? []),
    next:
      nextCursor === null
        ? { ...place, stage: 'open', cursor: null }
        : { ...place, cursor: nextCursor },
  };
}

function cursorOf({ stage, range, cursor }: Place): string {
  return `${stage}.${range.fromHour}.${range.untilHour}.${cursor ?? ''}`;
}

const cursorPattern = /^(ledger|open)\.(\d{1,14})\.(\d{1,14})\.([\w-]*)$/;

function readCursor(text: string): Place {
  const [, stage, fromHour, untilHour, cursor = ''] = cursorPattern.exec(text) ?? [];
  if (stage !== 'ledger' && stage !== 'open') throw new InvalidCursorError();
  const range = { fromHour: Number(fromHour), untilHour: Number(untilHour) };
  return { stage, range, cursor: cursor === '' ? null : cursor };
}
