// Decides whether an event may be accepted under the quotas of its subscription and of the
// publishing API key. If the shared counter is unreachable the event is accepted: availability
// matters more than a quota.
import { limits } from '../../contract/limits/limits.ts';
import type { SubscriptionId } from '../../core/ids.ts';
import type { RateLimitOwnerId } from '../../core/endpoints/rate-limit.ts';
import { blockLimit, spend, withBlock } from '../../core/access/quota.ts';
import type { Measure, Quota } from '../../core/access/quota.ts';
import { rateLimitHeaders } from '../../core/access/rate-limit-headers.ts';
import { rememberLatest } from '../../core/shared/remember-latest.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Context } from '../context.ts';

type Needs = Pick<Context, 'clock' | 'log' | 'rateLimits' | 'quotaMeters' | 'rules'>;

export type Spender = {
  tenant: string;
  subscriptionId: SubscriptionId;
  /** Null without an API key: the subscription's signature authenticated the event. */
  keyId: string | null;
  bytes: number;
};

/** Rejects with a `ServiceError` that says when to retry. */
export async function spendQuota(context: Needs, spender: Spender): Promise<void> {
  const { tenant, subscriptionId, keyId, bytes } = spender;
  await spendOf(context, { tenant, id: subscriptionId, bytes });
  if (keyId !== null) await spendOf(context, { tenant, id: `key_${keyId}`, bytes });
}

type Account = { tenant: string; id: RateLimitOwnerId; bytes: number };

async function spendOf(context: Needs, account: Account): Promise<void> {
  const { quota } = context.rules;
  const { quotaMeters: meters } = context;
  const key = `${account.tenant} ${account.id}`;
  // Others may use up a block while it is being fetched; then it is fetched once more.
  for (;;) {
    const now = context.clock.steady();
    const spending = spend(meters.get(key), account.bytes, { now, quota });
    if (spending.kind === 'refused') throw tooMany(spending, quota);
    rememberLatest(meters, key, { value: spending.meter, most: limits.quotaMetersMax });
    if (spending.kind === 'spent') return;
    const from = await fetchBlock(context, account);
    if (from === null) return;
    const fetched = { from, wanting: spending.wanting };
    const value = withBlock(meters.get(key) ?? spending.meter, fetched, quota);
    rememberLatest(meters, key, { value, most: limits.quotaMetersMax });
  }
}

/** When the block becomes valid. */
async function fetchBlock(context: Needs, account: Account): Promise<number | null> {
  const { tenant, id } = account;
  const limit = blockLimit(context.rules.quota);
  try {
    const now = context.clock.now();
    const owner = { tenant, ownerId: id, limit, purpose: 'ingest' as const };
    const slotAt = await context.rateLimits.reserve(owner, now);
    return context.clock.steady() + (slotAt - now);
  } catch (error) {
    context.log.error('quota.unasked', { tenant, ownerId: id }, error);
    return null;
  }
}

function tooMany(
  { retryAfterMs, wanting }: { retryAfterMs: number; wanting: Measure },
  quota: Quota,
): ServiceError {
  const detail = `More than ${quota[wanting]} ${wanting} per second for this subscription or API key`;
  return new ServiceError('too-many-requests', detail, [], rateLimitHeaders(quota, retryAfterMs));
}
