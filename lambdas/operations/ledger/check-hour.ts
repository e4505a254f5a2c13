// Checks one hour of the ledger: its rows against its entries and counters.
import { limits } from '../../contract/limits/limits.ts';
import { propagationMs } from '../../contract/limits/propagation.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { DeliveryId, SubscriptionId } from '../../core/ids.ts';
import type { CountsByOwner } from '../../core/ledger/ledger.ts';
import { correctionOf, countRow, isMissing, noRows } from '../../core/ledger/ledger.ts';
import { hourMs } from '../../core/ledger/stats.ts';
import type { StatusCounts } from '../../core/ledger/stats.ts';
import type { Context } from '../context.ts';

type Needs = Pick<Context, 'deliveries' | 'stats' | 'clock' | 'log'>;

type Hour = { tenant: string; hour: number };

export type OnRows = (rows: readonly Delivery[]) => Promise<void>;

type Walk = {
  /** Epoch ms. */
  endsAt: number;
  /** Called with the rows of every page when they are first read. */
  onRows?: OnRows | undefined;
};

export type HourCheck = {
  accepted: number;
  missing: readonly DeliveryId[];
  /** Corrected counters. */
  corrected: number;
};

/** For an hour whose rows cannot have expired. Null when time (`endsAt`) ran out. */
export async function checkHour(
  context: Needs,
  hour: Hour,
  { endsAt, onRows }: Walk,
): Promise<HourCheck | null> {
  const startedAt = context.clock.now();
  const read = await readHour(context, hour, { endsAt, onRows });
  if (read === null) return null;
  const { accepted, missing, counts } = read;
  // If rows are missing, the counters are evidence.
  const found = missing.length > 0 ? [] : await corrections(context, hour, counts);
  const settled = await settledOnly(context, { hour, found, startedAt, endsAt });
  for (const { owner, byStatus } of settled) {
    await context.stats.correct(hour.tenant, owner, { hour: hour.hour, byStatus });
  }
  const fields = {
    tenant: hour.tenant,
    hour: hour.hour,
    accepted,
    missing: missing.length,
    corrected: settled.length,
  };
  context.log.info('ledger.checked', fields);
  if (missing.length > 0) {
    const deliveryIds = missing.slice(0, limits.ledgerIdsLoggedMax);
    context.log.error('ledger.gap', { ...fields, deliveryIds });
  }
  return { accepted, missing, corrected: settled.length };
}

type HourRead = { accepted: number; missing: DeliveryId[]; counts: CountsByOwner };

/** Null when time (`endsAt`) ran out. */
async function readHour(
  context: Needs,
  { tenant, hour }: Hour,
  { endsAt, onRows }: Walk,
): Promise<HourRead | null> {
  const read: HourRead = { accepted: 0, missing: [], counts: new Map() };
  const range = { fromHour: hour, untilHour: hour + hourMs };
  let cursor: string | null = null;
  do {
    const now = context.clock.now();
    if (now >= endsAt) return null;
    const page = { limit: limits.ledgerPageSize, cursor };
    const { items, nextCursor } = await context.deliveries.listLedger(tenant, range, page);
    for (const entry of items) {
      const { id, delivery } = entry;
      if (delivery === null) {
        if (isMissing(entry, now)) read.missing.push(id);
        continue;
      }
      read.accepted += 1;
      for (const owner of [null, delivery.subscriptionId]) {
        read.counts.set(owner, countRow(read.counts.get(owner) ?? noRows, delivery));
      }
    }
    await onRows?.(items.flatMap(({ delivery }) => delivery ?? []));
    cursor = nextCursor;
  } while (cursor !== null);
  return { ...read, accepted: read.accepted + read.missing.length };
}

type Correction = { owner: SubscriptionId | null; byStatus: StatusCounts };

async function corrections(
  context: Needs,
  { tenant, hour }: Hour,
  counts: CountsByOwner,
): Promise<Correction[]> {
  const found: Correction[] = [];
  const range = { fromHour: hour, untilHour: hour + hourMs };
  for (const [owner, rows] of counts) {
    const [counted] = await context.stats.hours(tenant, owner, range);
    const byStatus = correctionOf(rows.byStatus, counted);
    if (byStatus !== null) found.push({ owner, byStatus });
  }
  return found;
}

/**
 * Counters are written a moment after the rows, so a difference is meaningful only if no row has
 * changed since well before it was found.
 */
async function settledOnly(
  context: Needs,
  check: { hour: Hour; found: Correction[]; startedAt: number; endsAt: number },
): Promise<Correction[]> {
  if (check.found.length === 0) return [];
  const after = await readHour(context, check.hour, { endsAt: check.endsAt });
  const quietSince = check.startedAt - propagationMs;
  return check.found.filter(({ owner }) => {
    const changedAt = after?.counts.get(owner)?.changedAt ?? Infinity;
    return changedAt < quietSince;
  });
}
