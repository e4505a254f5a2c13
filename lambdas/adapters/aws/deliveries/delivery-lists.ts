// Lists of deliveries. The most selective index or partitions are read in order; other filters
// apply to the rows. A list that finds little stops after `limits.rowsExaminedPerPageMax` rows,
// with a cursor.
import { limits } from '../../../contract/limits/limits.ts';
import type { Parked } from '../../../core/backlog/backlog.ts';
import type { Delivery } from '../../../core/deliveries/delivery.ts';
import { sortKeyAt } from '../../../core/ids.ts';
import type { SubscriptionId } from '../../../core/ids.ts';
import { isScheduled } from '../../../core/ledger/overdue.ts';
import type { DeliveryQuery } from '../../../core/ports.ts';
import type { Page } from '../../../core/shared/page.ts';
import { makeCursor, readCursor } from '../../cursor.ts';
import { readRow } from './delivery-rows.ts';
import type { DeliveryRows } from './delivery-rows.ts';
import type { RangeQuery } from '../table/dynamo-table.ts';
import type { Item } from './item-size.ts';
import {
  deliveryKey,
  deliveryPartitions,
  enteredDelivery,
  heldPartitions,
  ledgerPartitions,
  openPartitions,
} from '../table/keys.ts';
import type { HeldStatus, ItemKey } from '../table/keys.ts';
import { mergedQuery } from '../table/merged-query.ts';
import type { ItemStream } from '../table/merged-query.ts';

/** Bounds of the rows' sort keys; those of bodies and attempts start with a letter. */
const firstSortKey = sortKeyAt(0);
const lastSortKey = '7' + 'z'.repeat(firstSortKey.length - 1);
/** Of a row, or of a ledger entry, which also has the subscription. */
const isSortKey = (text: string): text is string => /^[0-7][0-9a-z]{25}([0-9a-z]{16})?$/.test(text);

type Listing = {
  /** The query that a cursor belongs to. */
  list: readonly unknown[];
  page: { limit: number; cursor: string | null };
  source: Pick<RangeQuery, 'index'> & {
    partitions: readonly string[];
    /** The row's key for an item of the source; null if the items are the rows themselves. */
    rowKey: ((item: Item) => ItemKey) | null;
  };
  newestFirst: boolean;
  /** Sort keys; `until` is exclusive. */
  since: string;
  until: string | null;
  matches: (delivery: Delivery) => boolean;
  /** True if most items read will match. */
  isDense: boolean;
};

export function listDeliveries(rows: DeliveryRows, query: DeliveryQuery): Promise<Page<Delivery>> {
  const { limit, cursor, ...filters } = query;
  const { tenant, subscriptionId, status, eventType, errorCode, since, until } = filters;
  return readPage(rows, {
    list: ['deliveries', tenant, subscriptionId, status, eventType, errorCode, since, until],
    page: { limit, cursor },
    source: sourceOf(query),
    newestFirst: true,
    since: since === null ? firstSortKey : sortKeyAt(since),
    until: until === null ? null : sortKeyAt(until),
    matches: (delivery) =>
      (status === null || delivery.status === status) &&
      (eventType === null || delivery.eventType === eventType) &&
      (errorCode === null || delivery.lastErrorCode === errorCode),
    isDense:
      eventType === null && errorCode === null && (status === null || status === 'delivered'),
  });
}

export function listParked(
  rows: DeliveryRows,
  query: { tenant: string; subscriptionId: SubscriptionId } & Listing['page'],
): Promise<Page<Delivery>> {
  const { tenant, subscriptionId, ...page } = query;
  return readPage(rows, {
    list: ['parked', tenant, subscriptionId],
    page,
    source: heldSource(tenant, subscriptionId, 'parked'),
    newestFirst: false,
    since: firstSortKey,
    until: null,
    matches: (delivery) => delivery.status === 'parked',
    isDense: true,
  });
}

/** Pending and retrying deliveries of all subscriptions. */
export function listOpen(
  rows: DeliveryRows,
  query: { tenant: string } & Listing['page'],
): Promise<Page<Delivery>> {
  const { tenant, ...page } = query;
  return readPage(rows, {
    list: ['open', tenant],
    page,
    source: { index: 'held', partitions: openPartitions(tenant), rowKey: keyOf },
    newestFirst: false,
    since: firstSortKey,
    until: null,
    matches: isScheduled,
    isDense: true,
  });
}

/** Counts index entries, one page per partition at a time, until there are enough. */
export async function countParked(
  rows: DeliveryRows,
  query: { tenant: string; subscriptionId: SubscriptionId; max: number },
): Promise<Parked> {
  const { tenant, subscriptionId, max } = query;
  let events = 0;
  for (const partition of heldPartitions(tenant, subscriptionId, 'parked')) {
    const range = { index: 'held' as const, partition, from: firstSortKey, to: lastSortKey };
    events += await rows.table.count({ ...range, newestFirst: false, limit: max - events });
    if (events >= max) break;
  }
  // The index has only keys.
  return { events, bytes: null };
}

function sourceOf({ tenant, subscriptionId, status }: DeliveryQuery): Listing['source'] {
  if (subscriptionId === null) {
    const rowKey = (entry: Item) => deliveryKey(tenant, enteredDelivery(keyOf(entry)));
    return { partitions: ledgerPartitions(tenant), rowKey };
  }
  if (status === 'parked' || status === 'failed') return heldSource(tenant, subscriptionId, status);
  return { partitions: deliveryPartitions(tenant, subscriptionId), rowKey: null };
}

function heldSource(
  tenant: string,
  subscriptionId: SubscriptionId,
  status: HeldStatus,
): Listing['source'] {
  const partitions = heldPartitions(tenant, subscriptionId, status);
  return { index: 'held', partitions, rowKey: keyOf };
}

async function readPage(rows: DeliveryRows, listing: Listing): Promise<Page<Delivery>> {
  const { list, page, matches } = listing;
  let position = page.cursor === null ? null : readCursor(list, page.cursor, isSortKey);
  const items: Delivery[] = [];
  let examined = 0;
  for await (const row of rowsAfter(rows, listing, position)) {
    const isFull = items.length === page.limit || examined === limits.rowsExaminedPerPageMax;
    if (isFull && position !== null) return { items, nextCursor: makeCursor(list, position) };
    examined += 1;
    position = row.sortKey;
    if (row.delivery !== undefined && matches(row.delivery)) items.push(row.delivery);
  }
  return { items, nextCursor: null };
}

type ListedRow = { sortKey: string; delivery: Delivery | undefined };

/** One row more than a full page tells whether there is another page. */
async function* rowsAfter(
  rows: DeliveryRows,
  listing: Listing,
  position: string | null,
): AsyncGenerator<ListedRow> {
  const range = rangeAfter(listing, position);
  if (range.from > range.to) return;
  const { index, partitions, rowKey } = listing.source;
  const wanted = listing.isDense ? listing.page.limit + 1 : limits.pageSizeMax;
  // Rows spread randomly over the partitions: 50 % extra is nearly always enough.
  const limit = listing.isDense ? Math.ceil((1.5 * wanted) / partitions.length) + 1 : wanted;
  const next = mergedQuery(rows.table, partitions, { ...range, index, limit });
  for (;;) {
    const batch = await take(next, rowKey === null ? 1 : wanted);
    if (batch.length === 0) return;
    const found = rowKey === null ? batch : await rowsOf(rows, batch, rowKey);
    for (const [place, { sk }] of batch.entries()) {
      const row = found[place];
      yield { sortKey: sk, delivery: row === undefined ? undefined : readRow(rows, row) };
    }
  }
}

function rangeAfter(
  { newestFirst, since, until }: Listing,
  position: string | null,
): Pick<RangeQuery, 'from' | 'to' | 'newestFirst'> {
  const end = newestFirst ? (position ?? until) : until;
  const start = newestFirst || position === null ? since : `${position}~`;
  return { from: start, to: end === null ? lastSortKey : below(end), newestFirst };
}

/** An upper bound that excludes a sort key but nothing smaller, since ranges include both ends. */
function below(sortKey: string): string {
  const last = sortKey.length - 1;
  return `${sortKey.slice(0, last)}${String.fromCharCode(sortKey.charCodeAt(last) - 1)}~`;
}

/** The row of each item; undefined if there is none. */
export async function rowsOf(
  { table }: Pick<DeliveryRows, 'table'>,
  items: readonly Item[],
  rowKey: (item: Item) => ItemKey,
): Promise<(Item | undefined)[]> {
  const keys = items.map(rowKey);
  const found = await table.getAll(keys);
  const nameOf = ({ pk, sk }: ItemKey) => `${pk} ${sk}`;
  const byName = new Map(found.map((row) => [nameOf(keyOf(row)), row]));
  return keys.map((key) => byName.get(nameOf(key)));
}

export async function take(next: ItemStream, count: number): Promise<Item[]> {
  const items: Item[] = [];
  while (items.length < count) {
    const item = await next();
    if (item === undefined) break;
    items.push(item);
  }
  return items;
}

function keyOf({ pk, sk }: Item): ItemKey {
  return { pk, sk };
}
