// Slots under a subscription's rate limit: one number each. The limit is part of the key, so that a
// new limit starts fresh.
import type { DatabaseSync } from 'node:sqlite';
import type { RateLimitStore } from '../../core/ports.ts';
import { knownBusyUntil, reserveSlot } from '../../core/endpoints/rate-limit.ts';
import type { Writer } from './file/writer.ts';

type Stored = { busyUntil: number; reservedAt: number | null };

export function createRateLimitStore(database: DatabaseSync, writer: Writer): RateLimitStore {
  const get = database.prepare(
    `SELECT busy_until AS busyUntil, reserved_at AS reservedAt FROM rate_limits
     WHERE tenant = ? AND subscription_id = ? AND rate = ?`,
  );
  const put = database.prepare(
    `INSERT OR REPLACE INTO rate_limits (tenant, subscription_id, rate, busy_until, reserved_at)
     VALUES (?, ?, ?, ?, ?)`,
  );
  return {
    reserve({ tenant, ownerId, limit, purpose }, now) {
      return writer.write(() => {
        const rate = `${purpose === 'ingest' ? 'ingest ' : ''}${limit.perSecond}/${limit.burst}`;
        const stored = get.get(tenant, ownerId, rate) as Stored | undefined;
        const reserved = reserveSlot(limit, knownBusyUntil(stored, now), now);
        put.run(tenant, ownerId, rate, reserved.busyUntil, now);
        return reserved.slotAt;
      });
    },
  };
}
