import type { DatabaseSync } from 'node:sqlite';
import type { Delivery } from '../../../core/deliveries/delivery.ts';
import type { DeliveryId } from '../../../core/ids.ts';
import type { Clock, DeliveryStore, LoadedDelivery } from '../../../core/ports.ts';
import { assigned, inserted, picked, selected, type Values } from '../file/columns.ts';
import { createDeliveryLists } from './delivery-lists.ts';
import {
  attemptFields,
  attemptFromRow,
  attemptToRow,
  deliveryFields,
  deliveryFromRow,
  deliveryToRow,
  stateFields,
} from './delivery-rows.ts';
import { createLedger } from '../ledger/ledger.ts';
import type { Writer } from '../file/writer.ts';

function loadedFromRow({ body, ...row }: Values): LoadedDelivery {
  return { delivery: deliveryFromRow(row), body: body as Uint8Array };
}

function prepareStatements(database: DatabaseSync) {
  return {
    insert: database.prepare(
      `INSERT INTO deliveries ${inserted([...deliveryFields, 'bodyBytes'])} ON CONFLICT DO NOTHING`,
    ),
    insertBody: database.prepare('INSERT INTO bodies (tenant, delivery_id, body) VALUES (?, ?, ?)'),
    insertAttempt: database.prepare(
      `INSERT INTO attempts ${inserted(['tenant', 'deliveryId', ...attemptFields])}`,
    ),
    update: database.prepare(
      `UPDATE deliveries SET ${assigned(stateFields)}
       WHERE tenant = :tenant AND id = :id AND version = :versionBefore`,
    ),
    get: database.prepare(
      `SELECT ${selected(deliveryFields)},
         (SELECT body FROM bodies WHERE tenant = deliveries.tenant AND delivery_id = id) AS body
       FROM deliveries WHERE tenant = ? AND id = ?`,
    ),
    attempts: database.prepare(
      `SELECT ${selected(attemptFields)} FROM attempts WHERE tenant = ? AND delivery_id = ?
       ORDER BY number`,
    ),
  };
}

export function createDeliveryStore(
  database: DatabaseSync,
  writer: Writer,
  needs: { clock: Clock; retentionMs: number },
): DeliveryStore {
  const { clock } = needs;
  const ledger = createLedger(database, needs);
  const { insert, insertBody, insertAttempt, update, get, attempts } = prepareStatements(database);

  /** True when the stored version was `before.version`. */
  function applies(before: Delivery, after: Delivery): boolean {
    const { tenant, id, version: versionBefore } = before;
    const values = { ...picked(after, stateFields), tenant, id, versionBefore };
    return update.run(values).changes !== 0;
  }

  return {
    ...createDeliveryLists(database, clock),
    listLedger: ledger.listLedger,
    commit(delivery, body) {
      return writer.write(() => {
        const row = { ...deliveryToRow(delivery), bodyBytes: body.byteLength };
        if (insert.run(row).changes === 0) return 'exists';
        insertBody.run(delivery.tenant, delivery.id, body);
        ledger.add(delivery.tenant, delivery.id);
        return 'committed';
      });
    },
    enter: (tenant, id) => writer.write(() => ledger.add(tenant, id)),
    async load(tenant, ids) {
      const loaded = new Map<DeliveryId, LoadedDelivery>();
      for (const id of ids) {
        const row = get.get(tenant, id);
        if (row !== undefined) loaded.set(id, loadedFromRow(row));
      }
      return loaded;
    },
    recordAttempt(before, after, attempt) {
      return writer.write(() => {
        if (!applies(before, after)) return 'superseded';
        const { tenant, id: deliveryId } = before;
        insertAttempt.run({ ...attemptToRow(attempt), tenant, deliveryId });
        return 'applied';
      });
    },
    transition(before, after) {
      return writer.write(() => (applies(before, after) ? 'applied' : 'superseded'));
    },
    async detail(tenant, id) {
      const row = get.get(tenant, id);
      if (row === undefined) return undefined;
      const loaded = loadedFromRow(row);
      const { expiresAt } = loaded.delivery;
      if (expiresAt !== null && expiresAt <= clock.now()) return undefined;
      return { ...loaded, attempts: attempts.all(tenant, id).map(attemptFromRow) };
    },
  };
}
