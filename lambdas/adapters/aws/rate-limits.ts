// Slots under a subscription's rate limit: one number, advanced by a conditional update. The limit
// is part of the key, so that a new limit starts fresh.
import { limits } from '../../contract/limits/limits.ts';
import { table as names } from '../../contract/table.ts';
import type { RateLimitStore } from '../../core/ports.ts';
import { slotIntervalMs, slotOf } from '../../core/endpoints/rate-limit.ts';
import type { RateLimit } from '../../core/endpoints/rate-limit.ts';
import type { DynamoTable } from './table/dynamo-table.ts';
import { rateLimitKey } from './table/keys.ts';

/** The number may pass from busy to idle, or back, between two tries. */
const triesMax = 4;
/** Idle state is useless after this. */
const keptMs = 24 * 3_600_000;

export function openRateLimits(table: DynamoTable): RateLimitStore {
  return {
    async reserve(owner, now) {
      const { limit } = owner;
      const key = rateLimitKey(owner);
      for (let tries = 0; tries < triesMax; tries += 1) {
        const busyUntil =
          (await moveOn(table, key, { limit, now })) ?? (await begin(table, key, { limit, now }));
        if (busyUntil !== null) return slotOf(limit, busyUntil, now);
      }
      throw new Error('The rate limit kept changing');
    },
  };
}

type Asked = { limit: RateLimit; now: number };
type Key = ReturnType<typeof rateLimitKey>;

/** After the existing reservations. */
async function moveOn(table: DynamoTable, key: Key, { limit, now }: Asked): Promise<number | null> {
  const stored = await table.updateAndRead(
    key,
    { add: { busy_until: slotIntervalMs(limit) }, set: { reserved_at: now, ...expiry(now) } },
    {
      that: '#busy_until > :now AND (attribute_not_exists(#reserved_at) OR #reserved_at <= :latest)',
      values: { ':now': now, ':latest': now + limits.clockStepMs },
    },
  );
  return stored === null ? null : Number(stored['busy_until']);
}

/** From now on, if nothing is reserved, or only by a clock that was ahead. */
async function begin(table: DynamoTable, key: Key, { limit, now }: Asked): Promise<number | null> {
  const busyUntil = now + slotIntervalMs(limit);
  const result = await table.update(
    key,
    { set: { busy_until: busyUntil, reserved_at: now, ...expiry(now) } },
    {
      that: 'attribute_not_exists(#busy_until) OR #busy_until <= :now OR #reserved_at > :latest',
      values: { ':now': now, ':latest': now + limits.clockStepMs },
    },
  );
  return result === 'written' ? busyUntil : null;
}

function expiry(now: number): Record<string, number> {
  return { [names.timeToLive]: Math.ceil((now + keptMs) / 1_000) };
}
