// Which delivery an idempotency key was first used for.
import * as z from 'zod';
import { limits } from '../../contract/limits/limits.ts';
import { table as names } from '../../contract/table.ts';
import { isDeliveryId } from '../../core/ids.ts';
import type { DeliveryId } from '../../core/ids.ts';
import type { IdempotencyStore } from '../../core/ports.ts';
import type { DynamoTable } from './table/dynamo-table.ts';
import { idempotencyKey } from './table/keys.ts';

const storedClaim = z.object({
  delivery_id: z.custom<DeliveryId>((value) => typeof value === 'string' && isDeliveryId(value)),
  fingerprint: z.string(),
});

/** A refused claim is retried if its holder is gone a moment later. */
const triesMax = 3;

export function openIdempotency(table: DynamoTable): IdempotencyStore {
  return {
    async claim(owner, claim, now) {
      const key = idempotencyKey(owner);
      const heldUntil = now + limits.idempotencyWindowMs;
      const item = {
        ...key,
        delivery_id: claim.deliveryId,
        fingerprint: claim.fingerprint,
        // The TTL is in whole seconds; the window is not.
        held_until: heldUntil,
        [names.timeToLive]: Math.ceil(heldUntil / 1_000),
      };
      const isFree = {
        that: 'attribute_not_exists(#pk) OR #held_until <= :now',
        values: { ':now': now },
      };
      for (let tries = 0; tries < triesMax; tries += 1) {
        if ((await table.put(item, isFree)) === 'written') return claim;
        const holder = await table.get(key);
        if (holder === undefined) continue;
        const { delivery_id: deliveryId, fingerprint } = storedClaim.parse(holder);
        return { deliveryId, fingerprint };
      }
      throw new Error('The idempotency key was claimed and freed concurrently');
    },
  };
}
