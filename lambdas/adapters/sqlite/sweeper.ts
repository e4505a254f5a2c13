// Removes expired rows. Reads hide them anyway, so this only keeps the file small.
import type { DatabaseSync } from 'node:sqlite';
import { limits } from '../../contract/limits/limits.ts';
import { hourMs } from '../../core/ledger/stats.ts';
import type { Writer } from './file/writer.ts';

export type Sweeper = {
  /**
   * Removes at most `limit` rows of each kind, so that no sweep blocks the rest, and returns how
   * many.
   */
  removeExpired(now: number, limit: number): Promise<number>;
  /** Epoch ms: at or up to an hour after the last counted event; null if there was none. */
  lastStoredAt(): number | null;
};

export function createSweeper(database: DatabaseSync, writer: Writer): Sweeper {
  // Bodies and attempts are removed with their delivery.
  const deliveries = database.prepare(
    `DELETE FROM deliveries WHERE (tenant, id) IN
       (SELECT tenant, id FROM deliveries WHERE expires_at <= ? LIMIT ?)`,
  );
  const ledgerEntries = database.prepare(
    `DELETE FROM ledger_entries WHERE (tenant, delivery_id) IN
       (SELECT tenant, delivery_id FROM ledger_entries WHERE kept_until <= ? LIMIT ?)`,
  );
  const idempotencyKeys = database.prepare(
    `DELETE FROM idempotency_keys WHERE (tenant, subscription_id, key) IN
       (SELECT tenant, subscription_id, key FROM idempotency_keys WHERE expires_at <= ? LIMIT ?)`,
  );
  const replays = database.prepare(
    `DELETE FROM replays WHERE (tenant, id) IN
       (SELECT tenant, id FROM replays WHERE expires_at <= ? LIMIT ?)`,
  );
  const statsHours = database.prepare(
    `DELETE FROM stats_hours WHERE (tenant, subscription_id, hour) IN
       (SELECT tenant, subscription_id, hour FROM stats_hours WHERE hour <= ? LIMIT ?)`,
  );
  const rateLimits = database.prepare(
    `DELETE FROM rate_limits WHERE (tenant, subscription_id, rate) IN
       (SELECT tenant, subscription_id, rate FROM rate_limits WHERE busy_until <= ? LIMIT ?)`,
  );
  const deadLetters = database.prepare(
    `DELETE FROM dead_letters WHERE (tenant, id) IN
       (SELECT tenant, id FROM dead_letters WHERE buried_at <= ? LIMIT ?)`,
  );

  const lastHour = database.prepare(
    'SELECT hour FROM stats_hours WHERE hour > 0 ORDER BY hour DESC LIMIT 1',
  );

  return {
    lastStoredAt() {
      const hour = lastHour.get()?.['hour'];
      return hour === undefined ? null : Number(hour) + hourMs;
    },
    removeExpired(now, limit) {
      return writer.write(() => {
        const results = [
          deliveries.run(now, limit),
          ledgerEntries.run(now, limit),
          idempotencyKeys.run(now, limit),
          replays.run(now, limit),
          statsHours.run(now - limits.statsRetentionMs, limit),
          rateLimits.run(now, limit),
          deadLetters.run(now - limits.deadLetterRetentionMs, limit),
        ];
        return results.reduce((sum, { changes }) => sum + Number(changes), 0);
      });
    },
  };
}
