// Changes of a delivery. Its row is updated unless a concurrent change came first; an attempt that
// would cost the row another write unit is first put as a separate item.
import { isDeepStrictEqual } from 'node:util';
import { limits } from '../../../contract/limits/limits.ts';
import { table as names } from '../../../contract/table.ts';
import type { Attempt, Delivery } from '../../../core/deliveries/delivery.ts';
import { isFinal } from '../../../core/deliveries/delivery.ts';
import { bodyExpiry } from '../../../core/deliveries/retention.ts';
import { chunksOf } from '../table/chunks.ts';
import { encodeAttempt } from './attempt-record.ts';
import { changingAttributes, decodeDelivery } from './delivery-row.ts';
import { recallFacts } from './delivery-rows.ts';
import type { DeliveryRows } from './delivery-rows.ts';
import { isApplied } from '../table/dynamo-table.ts';
import { isPresent } from '../table/expressions.ts';
import type { Change } from '../table/expressions.ts';
import { itemBytes } from './item-size.ts';
import type { Item } from './item-size.ts';
import { attemptKey, bodyKey, deliveryKey, entryKey, openPartition } from '../table/keys.ts';

type Step = { before: Delivery; after: Delivery };

export async function recordAttempt(
  rows: DeliveryRows,
  step: Step & { attempt: Attempt },
): Promise<'applied' | 'superseded'> {
  const { before, after, attempt } = step;
  const facts = await recallFacts(rows, before);
  if (facts === undefined) return 'superseded';
  const record = encodeAttempt(attempt);
  const bytes =
    facts.unchangingBytes +
    itemBytes(changingAttributes(after)) +
    itemBytes({ attempts: [record] });
  // If more attempts may follow, leave room for their references too.
  const room = isFinal(after.status) ? 0 : limits.rowRoomBytes;
  if (bytes + room <= limits.writeUnitBytes) {
    return changeDelivery(rows, { before, after, append: { attempts: record } });
  }
  const token = rows.token();
  await rows.table.put({
    ...attemptKey(deliveryKey(before.tenant, before.id), token),
    ...record,
    ...timeToLive(attempt.at + rows.detailLifetimeMs),
  });
  return changeDelivery(rows, { before, after, append: { attempts: token } });
}

export async function changeDelivery(
  rows: DeliveryRows,
  { before, after, append }: Step & Pick<Change, 'append'>,
): Promise<'applied' | 'superseded'> {
  // A body must outlive its row: its expiry is extended before the row changes, and shortened
  // after.
  const keepsBodyLonger = before.status !== 'parked';
  if (keepsBodyLonger) await moveExpiries(rows, { before, after });
  const result = await rows.table.update(
    deliveryKey(before.tenant, before.id),
    { set: changingAttributes(after), append },
    { that: '#version = :before', values: { ':before': before.version } },
  );
  if (!(await isApplied(result, () => isStored(rows, after)))) return 'superseded';
  if (!keepsBodyLonger) await moveExpiries(rows, { before, after });
  return 'applied';
}

/**
 * Indexes an open delivery that no change of its own has indexed: a concurrent change would do so
 * anyway.
 */
export async function indexOpen(
  rows: DeliveryRows,
  deliveries: readonly Delivery[],
): Promise<void> {
  for (const chunk of chunksOf(deliveries, limits.jobPageSize)) {
    await Promise.all(
      chunk.map(({ tenant, id, version }) =>
        rows.table.update(
          deliveryKey(tenant, id),
          { set: { [names.indexes.held.partitionKey]: openPartition(tenant, id) } },
          { that: '#version = :before', values: { ':before': version } },
        ),
      ),
    );
  }
}

/**
 * Sets the expiry of a separate body item, and of the ledger entry through which lists of all
 * deliveries find it.
 */
async function moveExpiries(rows: DeliveryRows, { before, after }: Step): Promise<void> {
  const expiresAt = bodyExpiry(before, after, rows.detailLifetimeMs);
  if (expiresAt === 'unchanged') return;
  const { tenant, id } = before;
  const token = (await recallFacts(rows, before))?.bodyToken;
  const keys = [entryKey(tenant, id)];
  if (token !== undefined) keys.push(bodyKey(deliveryKey(tenant, id), token));
  const set = timeToLive(expiresAt);
  await Promise.all(keys.map((key) => rows.table.update(key, { set }, isPresent)));
}

/** Whether a row is stored exactly like this. */
export async function isStored(rows: DeliveryRows, delivery: Delivery): Promise<boolean> {
  const row = await rows.table.get(deliveryKey(delivery.tenant, delivery.id));
  return row !== undefined && isDeepStrictEqual(decodeDelivery(row), delivery);
}

/** @param at epoch ms, or null for never */
export function timeToLive(at: number | null): Item {
  return { [names.timeToLive]: at === null ? undefined : Math.ceil(at / 1_000) };
}
