// Shared by the parts of the delivery store: the table, and what is remembered of rows read.
import type { Delivery } from '../../../core/deliveries/delivery.ts';
import { bodyTokenOf, changingAttributes, decodeDelivery } from './delivery-row.ts';
import type { DynamoTable } from '../table/dynamo-table.ts';
import { itemBytes } from './item-size.ts';
import type { Item } from './item-size.ts';
import { deliveryKey } from '../table/keys.ts';

/** What a change must know about a row beyond its delivery. */
type RowFacts = {
  /** Size of everything that a change does not touch: keys, body, attempts. */
  unchangingBytes: number;
  bodyToken: string | undefined;
};

export type DeliveryRows = {
  table: DynamoTable;
  clock: { now(): number };
  /** Names an item; unique within one delivery. */
  token: () => string;
  /** How long a delivery is kept after its end. */
  retentionMs: number;
  /** How long ledger entries, and separately stored bodies and attempts, are kept. */
  detailLifetimeMs: number;
  /** Keyed by the object handed out, so that a change need not reread the row. */
  facts: WeakMap<Delivery, RowFacts>;
};

/** Undefined if expired: DynamoDB deletes late. */
export function readRow(rows: DeliveryRows, row: Item): Delivery | undefined {
  const delivery = decodeDelivery(row);
  rows.facts.set(delivery, factsOf(row, delivery));
  const { expiresAt } = delivery;
  return expiresAt !== null && expiresAt <= rows.clock.now() ? undefined : delivery;
}

function factsOf(row: Item, delivery: Delivery): RowFacts {
  return {
    unchangingBytes: itemBytes(row) - itemBytes(changingAttributes(delivery)),
    bodyToken: bodyTokenOf(row),
  };
}

/** Undefined if there is no row. */
export async function recallFacts(
  rows: DeliveryRows,
  delivery: Delivery,
): Promise<RowFacts | undefined> {
  const known = rows.facts.get(delivery);
  if (known !== undefined) return known;
  const row = await rows.table.get(deliveryKey(delivery.tenant, delivery.id));
  return row === undefined ? undefined : factsOf(row, decodeDelivery(row));
}
