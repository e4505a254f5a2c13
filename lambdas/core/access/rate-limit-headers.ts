// draft-ietf-httpapi-ratelimit-headers: the policies of ingest, and for how many seconds nothing
// remains. Only the store could tell what remains before that, so an accepted event gets the
// policies alone.
import type { Measure, Quota } from './quota.ts';

const units: Readonly<Record<Measure, string>> = { events: 'request', bytes: 'content-bytes' };

/** Empty without a quota. */
export function policyHeaders(quota: Quota): Record<string, string> {
  const policies = measuresOf(quota).map(
    (measure) => `"${measure}";q=${quota[measure]};w=1;qu="${units[measure]}"`,
  );
  return policies.length === 0 ? {} : { 'ratelimit-policy': policies.join(', ') };
}

/** Until then nothing is accepted, however small. */
export function rateLimitHeaders(quota: Quota, retryAfterMs: number): Record<string, string> {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return {
    'retry-after': String(seconds),
    ...policyHeaders(quota),
    ratelimit: measuresOf(quota)
      .map((measure) => `"${measure}";r=0;t=${seconds}`)
      .join(', '),
  };
}

function measuresOf(quota: Quota): Measure[] {
  return (['events', 'bytes'] as const).filter((measure) => quota[measure] !== Infinity);
}
