import type { DatabaseSync } from 'node:sqlite';
import { limits } from '../../contract/limits/limits.ts';
import type { IdempotencyClaim, IdempotencyStore } from '../../core/ports.ts';
import { inserted, picked, selected } from './file/columns.ts';
import type { Writer } from './file/writer.ts';

const ownerFields = ['tenant', 'subscriptionId', 'key'] as const;
const claimFields = ['deliveryId', 'fingerprint'] as const;

export function createIdempotencyStore(database: DatabaseSync, writer: Writer): IdempotencyStore {
  const claim = database.prepare(
    `INSERT INTO idempotency_keys ${inserted([...ownerFields, ...claimFields, 'expiresAt'])}
     ON CONFLICT DO UPDATE SET
       delivery_id = excluded.delivery_id,
       fingerprint = excluded.fingerprint,
       expires_at = excluded.expires_at
     WHERE expires_at <= :now`,
  );
  const get = database.prepare(
    `SELECT ${selected(claimFields)} FROM idempotency_keys
     WHERE tenant = :tenant AND subscription_id = :subscriptionId AND key = :key`,
  );

  return {
    claim(owner, wanted, now) {
      return writer.write(() => {
        const holder = picked(owner, ownerFields);
        const expiresAt = now + limits.idempotencyWindowMs;
        claim.run({ ...holder, ...picked(wanted, claimFields), expiresAt, now });
        return { ...get.get(holder) } as IdempotencyClaim;
      });
    },
  };
}
