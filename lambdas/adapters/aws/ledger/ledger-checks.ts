// State of the ledger check: a few items per tenant, in one partition.
import * as z from 'zod';
import type { SubscriptionId } from '../../../core/ids.ts';
import type { LedgerCheckStore, Tombstone } from '../../../core/ledger/ledger-checks.ts';
import type { Clock } from '../../../core/ports.ts';
import { timeToLive } from '../deliveries/delivery-changes.ts';
import { queryAll } from '../table/dynamo-table.ts';
import type { DynamoTable } from '../table/dynamo-table.ts';
import type { ItemKey } from '../table/keys.ts';
import { ledgerCheckPartition } from '../table/keys.ts';

const checked = 'checked';
const tombstonePrefix = 'tombstone#';

const storedTombstone = z.object({
  sk: z.string(),
  deleted_at: z.number(),
  /** Epoch seconds; DynamoDB deletes late. */
  expires_at: z.number().optional(),
});

function keyOf({ tenant, subscriptionId }: Tombstone): ItemKey {
  return { pk: ledgerCheckPartition(tenant), sk: `${tombstonePrefix}${subscriptionId}` };
}

export function openLedgerChecks(table: DynamoTable, clock: Clock): LedgerCheckStore {
  return {
    async get(tenant) {
      const partition = ledgerCheckPartition(tenant);
      const range = { partition, from: checked, to: `${tombstonePrefix}~`, newestFirst: false };
      const items = await queryAll(table, range);
      const until: unknown = items.find(({ sk }) => sk === checked)?.['checked_until'];
      const tombstones = items
        .filter(({ sk }) => sk.startsWith(tombstonePrefix))
        .map((item) => storedTombstone.parse(item))
        .filter(({ expires_at: at = Infinity }) => at * 1_000 > clock.now())
        .map(({ sk, deleted_at: deletedAt }) => {
          const subscriptionId = sk.slice(tombstonePrefix.length) as SubscriptionId;
          return { tenant, subscriptionId, deletedAt };
        });
      return { checkedUntil: typeof until === 'number' ? until : null, tombstones };
    },
    async setCheckedUntil(tenant, hour) {
      const key = { pk: ledgerCheckPartition(tenant), sk: checked };
      await table.update(key, { set: { checked_until: hour } });
    },
    async addTombstone(tombstone) {
      await table.put({ ...keyOf(tombstone), deleted_at: tombstone.deletedAt });
    },
    /** It expires, so that this function needs no permission to delete. */
    async removeTombstone(tombstone) {
      const { deletedAt } = tombstone;
      const set = { deleted_at: deletedAt, ...timeToLive(Math.floor(clock.now() / 1_000) * 1_000) };
      await table.update(keyOf(tombstone), { set });
    },
  };
}
