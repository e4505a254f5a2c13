// The ledger: an entry for every delivery's row, in separate partitions. It is put after the row
// and before the producer gets its answer, so an entry without a row reveals a loss. Lists of all
// deliveries are read from it.
import * as z from 'zod';
import type { Delivery } from '../../../core/deliveries/delivery.ts';
import { acceptedAtOf, sortKeyAt } from '../../../core/ids.ts';
import type { LedgerEntry } from '../../../core/ledger/ledger.ts';
import type { Page } from '../../../core/shared/page.ts';
import type { HourRange } from '../../../core/ledger/stats-summary.ts';
import { makeCursor, readCursor } from '../../cursor.ts';
import { timeToLive } from '../deliveries/delivery-changes.ts';
import { rowsOf, take } from '../deliveries/delivery-lists.ts';
import { readRow } from '../deliveries/delivery-rows.ts';
import type { DeliveryRows } from '../deliveries/delivery-rows.ts';
import { isAbsent } from '../table/expressions.ts';
import type { Item } from '../deliveries/item-size.ts';
import { deliveryKey, enteredDelivery, entryKey, ledgerPartitions } from '../table/keys.ts';
import { mergedQuery } from '../table/merged-query.ts';

const storedEntry = z.object({ pk: z.string(), sk: z.string(), kept_until: z.number() });

const isEntryPosition = (text: string): text is string => /^[0-7][0-9a-z]{41}$/.test(text);

/**
 * A parked delivery's entry stays until it is no longer parked. An existing entry is not changed.
 */
export async function enter(
  rows: DeliveryRows,
  { tenant, id, status }: Pick<Delivery, 'tenant' | 'id' | 'status'>,
): Promise<void> {
  const at = acceptedAtOf(id);
  await rows.table.put(
    {
      ...entryKey(tenant, id),
      kept_until: at + rows.retentionMs,
      ...timeToLive(status === 'parked' ? null : at + rows.detailLifetimeMs),
    },
    isAbsent,
  );
}

export async function listLedger(
  rows: DeliveryRows,
  query: { tenant: string; range: HourRange; limit: number; cursor: string | null },
): Promise<Page<LedgerEntry>> {
  const { tenant, range, limit, cursor } = query;
  const list = ['ledger', tenant, range.fromHour, range.untilHour];
  const position = cursor === null ? null : readCursor(list, cursor, isEntryPosition);
  const partitions = ledgerPartitions(tenant);
  const next = mergedQuery(rows.table, partitions, {
    from: position === null ? sortKeyAt(range.fromHour) : `${position}~`,
    // Both ends are inclusive, but no entry equals the last: it lacks the subscription.
    to: sortKeyAt(range.untilHour),
    newestFirst: false,
    // Entries spread randomly over the partitions: 50 % extra is nearly always enough.
    limit: Math.ceil((1.5 * (limit + 1)) / partitions.length) + 1,
  });
  const found = await take(next, limit + 1);
  const entries = found.slice(0, limit);
  const last = entries.at(-1);
  const nextCursor =
    found.length > limit && last !== undefined ? makeCursor(list, last['sk']) : null;
  return { items: await readEntries(rows, tenant, entries), nextCursor };
}

async function readEntries(
  rows: DeliveryRows,
  tenant: string,
  entries: readonly Item[],
): Promise<LedgerEntry[]> {
  const stored = entries.map((entry) => storedEntry.parse(entry));
  const found = await rowsOf(rows, stored, (entry) =>
    deliveryKey(tenant, enteredDelivery(storedEntry.parse(entry))),
  );
  return stored.map((entry, place) => {
    const row = found[place];
    return {
      id: enteredDelivery(entry),
      keptUntil: entry.kept_until,
      delivery: row === undefined ? null : (readRow(rows, row) ?? null),
    };
  });
}
