import type { DatabaseSync } from 'node:sqlite';
import type { SubscriptionId } from '../../../core/ids.ts';
import type { LedgerCheckStore } from '../../../core/ledger/ledger-checks.ts';
import type { Writer } from '../file/writer.ts';

export function createLedgerCheckStore(database: DatabaseSync, writer: Writer): LedgerCheckStore {
  const checked = database.prepare(
    'SELECT checked_until AS checkedUntil FROM tenants WHERE tenant = ?',
  );
  const setChecked = database.prepare(
    `INSERT INTO tenants (tenant, checked_until) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET checked_until = excluded.checked_until`,
  );
  const tombstones = database.prepare(
    `SELECT subscription_id AS subscriptionId, deleted_at AS deletedAt FROM tombstones
     WHERE tenant = ? ORDER BY subscription_id`,
  );
  const add = database.prepare('INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?)');
  const remove = database.prepare(
    'DELETE FROM tombstones WHERE tenant = ? AND subscription_id = ?',
  );

  return {
    async get(tenant) {
      const checkedUntil = checked.get(tenant)?.['checkedUntil'] ?? null;
      return {
        checkedUntil: checkedUntil === null ? null : Number(checkedUntil),
        tombstones: tombstones.all(tenant).map(({ subscriptionId, deletedAt }) => ({
          tenant,
          subscriptionId: subscriptionId as SubscriptionId,
          deletedAt: Number(deletedAt),
        })),
      };
    },
    async setCheckedUntil(tenant, hour) {
      await writer.write(() => setChecked.run(tenant, hour));
    },
    async addTombstone({ tenant, subscriptionId, deletedAt }) {
      await writer.write(() => add.run(tenant, subscriptionId, deletedAt));
    },
    async removeTombstone({ tenant, subscriptionId }) {
      await writer.write(() => remove.run(tenant, subscriptionId));
    },
  };
}
