// What the parts of the delivery store share: the table, and what is remembered of the rows that were read.
import type { Delivery } from '../../../core/deliveries/delivery.ts';
import { bodyTokenOf, changingAttributes, decodeDelivery } from './delivery-row.ts';
import type { DynamoTable } from '../table/dynamo-table.ts';
import { itemBytes } from './item-size.ts';
import type { Item } from './item-size.ts';
import { deliveryKey } from '../table/keys.ts';

/** What a change must know of a row that its delivery does not tell. */
type RowFacts = {
  /** Of everything that a change leaves as it is: keys, body, attempts. */
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
  /** How long ledger entries, and bodies and attempts that are items of their own, are kept. */
  detailLifetimeMs: number;
  /** By the very object that was given out, so that a change need not read the row again. */
  facts: WeakMap<Delivery, RowFacts>;
};

/** Undefined when it has expired: DynamoDB deletes late. */
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

/** Undefined when there is no row. */
export async function recallFacts(
  rows: DeliveryRows,
  delivery: Delivery,
): Promise<RowFacts | undefined> {
  const known = rows.facts.get(delivery);
  if (known !== undefined) return known;
  const row = await rows.table.get(deliveryKey(delivery.tenant, delivery.id));
  return row === undefined ? undefined : factsOf(row, decodeDelivery(row));
}
