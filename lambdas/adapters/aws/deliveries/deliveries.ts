// Deliveries: one row each, which commits every change. Bodies and attempts that do not fit are
// separate items under a token that only the row knows, and are put before it: leftovers of a lost
// race are never referenced and expire on their own.
import { limits } from '../../../contract/limits/limits.ts';
import type { Attempt, Delivery } from '../../../core/deliveries/delivery.ts';
import type { DeliveryId } from '../../../core/ids.ts';
import type { DeliveryDetail, DeliveryStore, LoadedDelivery } from '../../../core/ports.ts';
import { decodeAttempt } from './attempt-record.ts';
import {
  changeDelivery,
  indexOpen,
  isStored,
  recordAttempt,
  timeToLive,
} from './delivery-changes.ts';
import { countParked, listDeliveries, listOpen, listParked } from './delivery-lists.ts';
import {
  attemptsOf,
  bodyTokenOf,
  changingAttributes,
  decodeBody,
  encodeBody,
  fixedAttributes,
} from './delivery-row.ts';
import { readRow } from './delivery-rows.ts';
import type { DeliveryRows } from './delivery-rows.ts';
import { isApplied } from '../table/dynamo-table.ts';
import { isAbsent } from '../table/expressions.ts';
import { itemBytes } from './item-size.ts';
import type { Item } from './item-size.ts';
import { enter, listLedger } from '../ledger/ledger.ts';
import { attemptKey, bodyKey, deliveryKey } from '../table/keys.ts';

export function openDeliveries(needs: Omit<DeliveryRows, 'facts'>): DeliveryStore {
  const rows: DeliveryRows = { ...needs, facts: new WeakMap() };
  return {
    commit: (delivery, body) => commit(rows, delivery, body),
    enter: (tenant, id) => enter(rows, { tenant, id, status: 'pending' }),
    load: (tenant, ids) => load(rows, tenant, ids),
    recordAttempt: (before, after, attempt) => recordAttempt(rows, { before, after, attempt }),
    transition: (before, after) => changeDelivery(rows, { before, after }),
    detail: (tenant, id) => detail(rows, tenant, id),
    list: (query) => listDeliveries(rows, query),
    listParked: (tenant, subscriptionId, page) =>
      listParked(rows, { tenant, subscriptionId, ...page }),
    countParked: (tenant, subscriptionId, max) =>
      countParked(rows, { tenant, subscriptionId, max }),
    listOpen: (tenant, page) => listOpen(rows, { tenant, ...page }),
    indexOpen: (deliveries) => indexOpen(rows, deliveries),
    listLedger: (tenant, range, page) => listLedger(rows, { tenant, range, ...page }),
  };
}

async function commit(
  rows: DeliveryRows,
  delivery: Delivery,
  body: Uint8Array,
): Promise<'committed' | 'exists'> {
  const row = { ...fixedAttributes(delivery), ...changingAttributes(delivery) };
  const content = encodeBody(body);
  const together = { ...row, ...content };
  const fits = itemBytes(together) + limits.rowRoomBytes <= limits.writeUnitBytes;
  const item = fits ? together : { ...row, body_ref: await putBody(rows, delivery, content) };
  const result = await rows.table.put(item, isAbsent);
  const isCommitted = await isApplied(result, () => isStored(rows, delivery));
  await enter(rows, delivery);
  return isCommitted ? 'committed' : 'exists';
}

/** Puts a body beside its row, and returns its token. */
async function putBody(rows: DeliveryRows, delivery: Delivery, content: Item): Promise<string> {
  const token = rows.token();
  const key = bodyKey(deliveryKey(delivery.tenant, delivery.id), token);
  const isParked = delivery.status === 'parked';
  const expiresAt = isParked ? null : delivery.createdAt + rows.detailLifetimeMs;
  await rows.table.put({ ...key, ...content, ...timeToLive(expiresAt) });
  return token;
}

async function load(
  rows: DeliveryRows,
  tenant: string,
  ids: readonly DeliveryId[],
): Promise<Map<DeliveryId, LoadedDelivery>> {
  const found = await rows.table.getAll(ids.map((id) => deliveryKey(tenant, id)));
  const bodies = await splitBodies(rows, found);
  const loaded = new Map<DeliveryId, LoadedDelivery>();
  for (const row of found) {
    const delivery = readRow(rows, row);
    const content = bodies(row);
    if (delivery === undefined || content === undefined) continue;
    loaded.set(delivery.id, { delivery, body: decodeBody(content) });
  }
  return loaded;
}

/** Reads the bodies stored as separate items. Gives the item that has a row's body. */
async function splitBodies(
  rows: DeliveryRows,
  found: readonly Item[],
): Promise<(row: Item) => Item | undefined> {
  const keyOf = (row: Item) => {
    const token = bodyTokenOf(row);
    return token === undefined ? undefined : bodyKey({ pk: row.pk, sk: row.sk }, token);
  };
  const keys = found.map(keyOf).filter((key) => key !== undefined);
  const items = await rows.table.getAll(keys);
  const bySortKey = new Map(items.map((item) => [item.sk, item]));
  return (row) => {
    const key = keyOf(row);
    return key === undefined ? row : bySortKey.get(key.sk);
  };
}

async function detail(
  rows: DeliveryRows,
  tenant: string,
  id: DeliveryId,
): Promise<DeliveryDetail | undefined> {
  const row = await rows.table.get(deliveryKey(tenant, id));
  const delivery = row === undefined ? undefined : readRow(rows, row);
  if (row === undefined || delivery === undefined) return undefined;
  const content = (await splitBodies(rows, [row]))(row);
  if (content === undefined) return undefined;
  return { delivery, body: decodeBody(content), attempts: await readAttempts(rows, row) };
}

/** A separate item may have expired before the row. */
async function readAttempts(rows: DeliveryRows, row: Item): Promise<Attempt[]> {
  const listed = attemptsOf(row);
  const keyOf = (token: string) => attemptKey({ pk: row.pk, sk: row.sk }, token);
  const keys = listed.filter((entry) => typeof entry === 'string').map(keyOf);
  const items = new Map((await rows.table.getAll(keys)).map((item) => [item.sk, item]));
  return listed.flatMap((entry, index) => {
    const item = typeof entry === 'string' ? items.get(keyOf(entry).sk) : entry;
    return item === undefined ? [] : [decodeAttempt(item, index + 1)];
  });
}
