// The ledger: a row for every delivery, made in the same transaction.
import type { DatabaseSync } from 'node:sqlite';
import type { DeliveryId } from '../../../core/ids.ts';
import { acceptedAtOf, isDeliveryId, sortKeyAt } from '../../../core/ids.ts';
import type { LedgerEntry } from '../../../core/ledger/ledger.ts';
import type { Clock, DeliveryStore } from '../../../core/ports.ts';
import { makeCursor, readCursor } from '../../cursor.ts';
import { selected, type Values } from '../file/columns.ts';
import { deliveryFields, deliveryFromRow } from '../deliveries/delivery-rows.ts';

export type Ledger = Pick<DeliveryStore, 'listLedger'> & {
  /** Inside a transaction. */
  add(tenant: string, id: DeliveryId): void;
};

export function createLedger(
  database: DatabaseSync,
  { clock, retentionMs }: { clock: Clock; retentionMs: number },
): Ledger {
  const insert = database.prepare(
    'INSERT INTO ledger_entries VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const list = database.prepare(
    `SELECT entry.delivery_id AS deliveryId, entry.kept_until AS keptUntil, delivery.*
     FROM ledger_entries AS entry
     LEFT JOIN (SELECT ${selected(deliveryFields)} FROM deliveries) AS delivery
       ON delivery.tenant = entry.tenant AND delivery.id = entry.delivery_id
     WHERE entry.tenant = :tenant AND entry.delivery_id > :after AND entry.delivery_id < :before
     ORDER BY entry.delivery_id LIMIT :limit`,
  );

  function entryFrom({ deliveryId, keptUntil, ...row }: Values): LedgerEntry {
    const found = row['id'] === null ? null : deliveryFromRow(row);
    const isExpired = (found?.expiresAt ?? Infinity) <= clock.now();
    const delivery = isExpired ? null : found;
    return { id: deliveryId as DeliveryId, keptUntil: keptUntil as number, delivery };
  }

  return {
    add(tenant, id) {
      insert.run(tenant, id, acceptedAtOf(id) + retentionMs);
    },
    async listLedger(tenant, { fromHour, untilHour }, { limit, cursor }) {
      const query = ['ledger', tenant, fromHour, untilHour];
      const after =
        cursor === null ? `dlv_${sortKeyAt(fromHour)}` : readCursor(query, cursor, isDeliveryId);
      const before = `dlv_${sortKeyAt(untilHour)}`;
      const found = list.all({ tenant, after, before, limit: limit + 1 }).map(entryFrom);
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const isMore = found.length > limit && last !== undefined;
      return { items, nextCursor: isMore ? makeCursor(query, last.id) : null };
    },
  };
}
