// Retention. The row of an open delivery never expires; it gets its TTL when it ends. Bodies and
// attempts stored as separate items get theirs when written, far enough ahead to outlive the retry
// schedule, because rewriting a large item would cost a write unit per KB.
import { limits } from '../../contract/limits/limits.ts';
import type { Delivery } from './delivery.ts';
import { isFinal } from './delivery.ts';
import { cycleLengthMaxMs } from './retry-schedule.ts';

const dayMs = 24 * 3_600_000;

/**
 * Longer than the standard cycle plus the retention of its remains; and long enough that half of it
 * fits more than one maximal wait, even after a pause that the endpoint requested (see
 * `bodyExpiry`).
 */
export function detailLifetimeMs(retentionMs: number): number {
  const longestWaitsMs = 3 * (limits.retryDelayMsMax + limits.retryAfterMsMax);
  return Math.max(cycleLengthMaxMs('standard'), longestWaitsMs) + retentionMs + dayMs;
}

/**
 * When a body stored as a separate item expires after a change: epoch ms, null for never, or
 * `unchanged`. It moves with parking (which has no time limit), with replays, and in the second
 * half of its life, which only a long schedule or an endpoint that keeps asking for pauses reaches.
 */
export function bodyExpiry(
  before: Delivery,
  after: Delivery,
  lifetimeMs: number,
): number | null | 'unchanged' {
  if (after.status === 'parked') return before.status === 'parked' ? 'unchanged' : null;
  const isOld = after.updatedAt - after.createdAt > lifetimeMs / 2;
  if (before.status !== 'parked' && after.cycle === before.cycle && !isOld) return 'unchanged';
  return isFinal(after.status) ? after.expiresAt : after.updatedAt + lifetimeMs;
}
