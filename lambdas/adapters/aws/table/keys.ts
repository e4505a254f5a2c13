// Where each item lives in the one table: pure functions, so that the layout can be read and tested in one place.
//
//   <tenant>#subscriptions                 <subscription id>
//   <tenant>#replays                       <replay id>
//   <tenant>#dead-letters                  <dead letter id>
//   <tenant>#ledger#<shard>                <sort key><subscription>          the entry of a delivery in the ledger
//   <tenant>#ledger                        checked                           until when the ledger was checked
//   <tenant>#ledger                        tombstone#<subscription id>       a subscription that was deleted
//   tenants                                <tenant>
//   <tenant>#<subscription>#<shard>        <sort key>                        the row of a delivery
//   <tenant>#<subscription>#<shard>        body#<sort key>#<token>           a body that is too large for its row
//   <tenant>#<subscription>#<shard>        attempt#<sort key>#<token>        an attempt that is too large for it
//   <tenant>#<subscription>#idempotency    <SHA-256 of the key>
//   <tenant>#<subscription>#rate           <the limit>
//   <tenant>#stats#<subscription or all>   <hour>
//   keys                                   <API key id>
//
// Sort keys of rows start with a digit, the others of their partition with a letter: listing never reads bodies.
// The number of shards must not change while there are rows: a row is found by its shard.
import { createHash } from 'node:crypto';
import { limits } from '../../../contract/limits/limits.ts';
import type { DeliveryId, SubscriptionId } from '../../../core/ids.ts';
import { deliverySortKey, subscriptionIdOf } from '../../../core/ids.ts';
import type { RateLimitOwner } from '../../../core/endpoints/rate-limit.ts';

export type ItemKey = { pk: string; sk: string };

export const apiKeyPartition = 'keys';
export const tenantsPartition = 'tenants';

const idTimeLength = 10;

/** Keeps tenants distinct whatever characters they use. */
function tenantPart(tenant: string): string {
  return encodeURIComponent(tenant);
}

function subscriptionPart(id: SubscriptionId): string {
  return id.slice('sub_'.length);
}

/**
 * From the id's random characters, so that one subscription spreads its writes over several
 * partitions.
 */
function shardOf(id: DeliveryId, shards: number): number {
  let hash = 0;
  for (const character of deliverySortKey(id).slice(idTimeLength)) {
    hash = (hash * 31 + character.charCodeAt(0)) % 1_000_003;
  }
  return hash % shards;
}

export function subscriptionPartition(tenant: string): string {
  return `${tenantPart(tenant)}#subscriptions`;
}

export function replayPartition(tenant: string): string {
  return `${tenantPart(tenant)}#replays`;
}

export function deadLetterPartition(tenant: string): string {
  return `${tenantPart(tenant)}#dead-letters`;
}

/** In the index `held`: a tenant's operator subscriptions. */
export function operationalPartition(tenant: string): string {
  return `${tenantPart(tenant)}#operational`;
}

/** Every partition that holds deliveries of a subscription. */
export function deliveryPartitions(tenant: string, subscriptionId: SubscriptionId): string[] {
  const base = `${tenantPart(tenant)}#${subscriptionPart(subscriptionId)}`;
  return Array.from({ length: limits.deliveryShards }, (_, shard) => `${base}#${shard}`);
}

export function deliveryKey(tenant: string, id: DeliveryId): ItemKey {
  const subscription = subscriptionPart(subscriptionIdOf(id));
  const shard = shardOf(id, limits.deliveryShards);
  return { pk: `${tenantPart(tenant)}#${subscription}#${shard}`, sk: deliverySortKey(id) };
}

/** The inverse. */
export function deliveryOf(key: ItemKey): { tenant: string; id: DeliveryId } {
  const [tenant = '', subscription = ''] = key.pk.split('#');
  return { tenant: decodeURIComponent(tenant), id: `dlv_${key.sk}${subscription}` };
}

export function bodyKey(row: ItemKey, token: string): ItemKey {
  return { pk: row.pk, sk: `body#${row.sk}#${token}` };
}

export function attemptKey(row: ItemKey, token: string): ItemKey {
  return { pk: row.pk, sk: `attempt#${row.sk}#${token}` };
}

/** The key of the ledger entry. */
export function entryKey(tenant: string, id: DeliveryId): ItemKey {
  const pk = `${tenantPart(tenant)}#ledger#${shardOf(id, limits.ledgerShards)}`;
  return { pk, sk: id.slice('dlv_'.length) };
}

/** The delivery of an entry. */
export function enteredDelivery({ sk }: ItemKey): DeliveryId {
  return `dlv_${sk}`;
}

export function ledgerPartitions(tenant: string): string[] {
  const base = `${tenantPart(tenant)}#ledger`;
  return Array.from({ length: limits.ledgerShards }, (_, shard) => `${base}#${shard}`);
}

/** State of the ledger check. */
export function ledgerCheckPartition(tenant: string): string {
  return `${tenantPart(tenant)}#ledger`;
}

/**
 * In the index `held`: pending and retrying deliveries of all subscriptions. Sharded like the
 * entries.
 */
export function openPartition(tenant: string, id: DeliveryId): string {
  return `${tenantPart(tenant)}#open#${shardOf(id, limits.ledgerShards)}`;
}

export function openPartitions(tenant: string): string[] {
  const base = `${tenantPart(tenant)}#open`;
  return Array.from({ length: limits.ledgerShards }, (_, shard) => `${base}#${shard}`);
}

export type HeldStatus = 'parked' | 'failed';

/** Sharded like the rows, so that the index takes writes as fast as the table. */
export function heldPartition(row: ItemKey, status: HeldStatus): string {
  return `${row.pk}#${status}`;
}

export function heldPartitions(
  tenant: string,
  subscriptionId: SubscriptionId,
  status: HeldStatus,
): string[] {
  return deliveryPartitions(tenant, subscriptionId).map((partition) => `${partition}#${status}`);
}

export function idempotencyKey(owner: {
  tenant: string;
  subscriptionId: SubscriptionId;
  key: string;
}): ItemKey {
  return {
    pk: `${tenantPart(owner.tenant)}#${subscriptionPart(owner.subscriptionId)}#idempotency`,
    sk: createHash('sha256').update(owner.key).digest('base64url'),
  };
}

export function rateLimitKey({ tenant, ownerId, limit, purpose }: RateLimitOwner): ItemKey {
  const pk = `${tenantPart(tenant)}#${ownerId.slice('sub_'.length)}#rate`;
  const { perSecond, burst } = limit;
  return { pk, sk: `${purpose === 'ingest' ? 'ingest ' : ''}${perSecond}/${burst}` };
}

export function statsPartition(tenant: string, subscriptionId: SubscriptionId): string {
  return `${tenantPart(tenant)}#stats#${subscriptionPart(subscriptionId)}`;
}

export function statsSortKey(hour: number): string {
  return new Date(hour).toISOString();
}
