// The lists of deliveries. The id starts with the time of acceptance, so ranges of time are ranges of ids.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { limits } from '../../../contract/limits/limits.ts';
import type { Delivery } from '../../../core/deliveries/delivery.ts';
import { isDeliveryId, sortKeyAt } from '../../../core/ids.ts';
import type { Clock, DeliveryQuery, DeliveryStore } from '../../../core/ports.ts';
import type { Page } from '../../../core/shared/page.ts';
import { makeCursor, readCursor } from '../../cursor.ts';
import { selected, type Values } from '../file/columns.ts';
import { deliveryFields, deliveryFromRow } from './delivery-rows.ts';

type Filters = Pick<DeliveryQuery, 'subscriptionId' | 'status'>;

/** The source of a page: rows in the list's order. */
type Scan = {
  statement: StatementSync;
  values: Values;
  /** Filters beyond the statement: event types, error codes and expiry have no index. */
  keeps: (delivery: Delivery) => boolean;
  limit: number;
  /** The query that its cursors are bound to. */
  query: readonly unknown[];
};

const idFrom = (at: number | null) => `dlv_${at === null ? '' : sortKeyAt(at)}`;
/** Sorts after every id. */
const afterAllIds = 'dlv_~';

function readPage({ statement, values, keeps, limit, query }: Scan): Page<Delivery> {
  const items: Delivery[] = [];
  let examined = 0;
  let last: Delivery | undefined;
  for (const row of statement.iterate(values)) {
    const isFull = items.length === limit || examined === limits.rowsExaminedPerPageMax;
    if (isFull && last !== undefined) return { items, nextCursor: makeCursor(query, last.id) };
    last = deliveryFromRow(row);
    examined += 1;
    if (keeps(last)) items.push(last);
  }
  return { items, nextCursor: null };
}

const bySubscription = 'subscription_id = :subscriptionId';
const byStatus = 'status = :status';

/**
 * One statement per set of indexed filters. Each names the index that already has the desired
 * order: SQLite, lacking statistics, would rather walk through all of the tenant's deliveries.
 */
function prepareLists(database: DatabaseSync): (filters: Filters) => StatementSync {
  const prepare = (index: string, filters: readonly string[]) =>
    database.prepare(
      `SELECT ${selected(deliveryFields)} FROM deliveries ${index}
       WHERE ${['tenant = :tenant', ...filters].join(' AND ')} AND id >= :from AND id < :before
       ORDER BY id DESC`,
    );
  const all = prepare('', []);
  const ofStatus = prepare('INDEXED BY deliveries_by_status', [byStatus]);
  const ofSubscription = prepare('INDEXED BY deliveries_by_subscription', [bySubscription]);
  const ofBoth = prepare('INDEXED BY deliveries_by_subscription_and_status', [
    bySubscription,
    byStatus,
  ]);
  return ({ subscriptionId, status }) => {
    if (subscriptionId === null) return status === null ? all : ofStatus;
    return status === null ? ofSubscription : ofBoth;
  };
}

export function createDeliveryLists(
  database: DatabaseSync,
  clock: Clock,
): Pick<DeliveryStore, 'list' | 'listOpen' | 'indexOpen' | 'listParked' | 'countParked'> {
  const statementFor = prepareLists(database);
  const parked = database.prepare(
    `SELECT ${selected(deliveryFields)} FROM deliveries
       INDEXED BY deliveries_by_subscription_and_status
     WHERE tenant = :tenant AND subscription_id = :subscriptionId AND status = 'parked'
       AND id > :after ORDER BY id`,
  );

  const open = database.prepare(
    `SELECT ${selected(deliveryFields)} FROM deliveries INDEXED BY deliveries_by_status
     WHERE tenant = :tenant AND status = :status AND id > :after ORDER BY id LIMIT :limit`,
  );

  const countParked = database.prepare(
    `SELECT count(*) AS events, sum(body_bytes) AS bytes
     FROM deliveries INDEXED BY deliveries_by_subscription_and_status
     WHERE tenant = ? AND subscription_id = ? AND status = 'parked'`,
  );

  return {
    async countParked(tenant, subscriptionId) {
      const found = countParked.get(tenant, subscriptionId);
      return { events: Number(found?.['events']), bytes: Number(found?.['bytes']) };
    },
    async list({ limit, cursor, ...filters }) {
      const { tenant, subscriptionId, status, eventType, errorCode, since, until } = filters;
      const exact = [tenant, subscriptionId, status, eventType, errorCode];
      const query = ['deliveries', ...exact, since, until];
      const end = until === null ? afterAllIds : idFrom(until);
      const position = cursor === null ? end : readCursor(query, cursor, isDeliveryId);
      const values: Values = { tenant, from: idFrom(since), before: position };
      if (subscriptionId !== null) values['subscriptionId'] = subscriptionId;
      if (status !== null) values['status'] = status;
      const now = clock.now();
      const keeps = (delivery: Delivery) =>
        (delivery.expiresAt === null || delivery.expiresAt > now) &&
        (eventType === null || delivery.eventType === eventType) &&
        (errorCode === null || delivery.lastErrorCode === errorCode);
      return readPage({ statement: statementFor(filters), values, keeps, limit, query });
    },
    async listOpen(tenant, { limit, cursor }) {
      const query = ['open', tenant];
      const after = cursor === null ? '' : readCursor(query, cursor, isDeliveryId);
      // One extra row tells whether there is another page.
      const found = ['pending', 'retrying']
        .flatMap((status) => open.all({ tenant, status, after, limit: limit + 1 }))
        .map(deliveryFromRow)
        .sort((left, right) => (left.id < right.id ? -1 : 1));
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const isMore = found.length > limit && last !== undefined;
      return { items, nextCursor: isMore ? makeCursor(query, last.id) : null };
    },
    // An index on the table covers them all.
    indexOpen: () => Promise.resolve(),
    async listParked(tenant, subscriptionId, { limit, cursor }) {
      const query = ['parked', tenant, subscriptionId];
      const after = cursor === null ? '' : readCursor(query, cursor, isDeliveryId);
      const values = { tenant, subscriptionId, after };
      return readPage({ statement: parked, values, keeps: () => true, limit, query });
    },
  };
}
