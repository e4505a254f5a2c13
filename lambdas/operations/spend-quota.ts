// Asks whether an event may be accepted, by the quotas of its subscription and of the API key that publishes it. Where what
// is shared cannot be reached the event is accepted: that it can be is worth more than a quota.
import { limits } from '../contract/limits.ts';
import type { SubscriptionId } from '../core/ids.ts';
import type { RateLimitOwnerId } from '../core/rate-limit.ts';
import { blockLimit, blockUnits, spend, unitsOf } from '../core/quota.ts';
import type { Meter, Quota } from '../core/quota.ts';
import { ServiceError } from '../core/service-error.ts';
import type { Context } from './context.ts';

type Needs = Pick<Context, 'clock' | 'log' | 'rateLimits' | 'quotaMeters' | 'rules'>;

export type Spender = {
  tenant: string;
  subscriptionId: SubscriptionId;
  /** Null without an API key: then the subscription's signature has spoken for the event. */
  keyId: string | null;
  bytes: number;
};

/** Rejects with a `ServiceError` that says when to come again. */
export async function spendQuota(context: Needs, spender: Spender): Promise<void> {
  const { quota } = context.rules;
  if (quota === null) return;
  const { tenant, subscriptionId, keyId, bytes } = spender;
  const units = unitsOf(bytes);
  await spendOf(context, { tenant, id: subscriptionId, quota, units });
  if (keyId !== null) await spendOf(context, { tenant, id: `key_${keyId}`, quota, units });
}

type Account = { tenant: string; id: RateLimitOwnerId; quota: Quota; units: number };

async function spendOf(context: Needs, account: Account): Promise<void> {
  const { quota, units } = account;
  const key = `${account.tenant} ${account.id}`;
  // A block may be used up by others while it is fetched; then it is fetched once more.
  for (;;) {
    const now = context.clock.steady();
    const spending = spend(context.quotaMeters.get(key), units, { now, quota });
    if (spending.kind === 'refused') throw tooMany(spending.retryAfterMs, quota);
    remember(context.quotaMeters, key, spending.meter);
    if (spending.kind === 'spent') return;
    const fetched = await fetchBlock(context, account);
    if (fetched === null) return;
    // What an event was too large for is not lost.
    const left = context.quotaMeters.get(key)?.block?.units ?? 0;
    const block = { ...fetched, units: fetched.units + left };
    remember(context.quotaMeters, key, { ...spending.meter, block });
  }
}

async function fetchBlock(context: Needs, account: Account): Promise<Meter['block']> {
  const { tenant, id, quota } = account;
  const owner = { tenant, ownerId: id, limit: blockLimit(quota), purpose: 'ingest' as const };
  try {
    const now = context.clock.now();
    const slotAt = await context.rateLimits.reserve(owner, now);
    return { from: context.clock.steady() + (slotAt - now), units: blockUnits(quota) };
  } catch (error) {
    context.log.error('quota.unasked', { tenant, ownerId: id }, error);
    return null;
  }
}

function remember(meters: Map<string, Meter>, key: string, meter: Meter): void {
  meters.delete(key);
  meters.set(key, meter);
  const [oldest] = meters.keys();
  if (meters.size > limits.quotaMetersMax && oldest !== undefined) meters.delete(oldest);
}

/** draft-ietf-httpapi-ratelimit-headers: the policy, and that nothing remains of it for so many seconds. */
function tooMany(retryAfterMs: number, { unitsPerSecond }: Quota): ServiceError {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const detail = `More than ${unitsPerSecond} units a second: an event counts one for each started ${limits.quotaUnitBytes / 1_024} KB`;
  return new ServiceError('too-many-requests', detail, [], {
    'retry-after': String(seconds),
    'ratelimit-policy': `"ingest";q=${unitsPerSecond};w=1`,
    ratelimit: `"ingest";r=0;t=${seconds}`,
  });
}
