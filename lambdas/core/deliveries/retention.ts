// How long things are kept. The row of an open delivery never expires; it gets its time to live when it ends.
// Bodies and attempts that are items of their own get theirs when they are written, far enough to outlive the
// retry schedule, because writing to a large item again would cost a write unit for each of its KB.
import { limits } from '../../contract/limits/limits.ts';
import type { Delivery } from './delivery.ts';
import { isFinal } from './delivery.ts';
import { cycleLengthMaxMs } from './retry-schedule.ts';

const dayMs = 24 * 3_600_000;

/**
 * Longer than the standard cycle plus the retention of what it leaves; and so long that more than one wait, at its
 * longest and after a pause that the endpoint asked for, fits into half of it (see `bodyExpiry`).
 */
export function detailLifetimeMs(retentionMs: number): number {
  const longestWaitsMs = 3 * (limits.retryDelayMsMax + limits.retryAfterMsMax);
  return Math.max(cycleLengthMaxMs('standard'), longestWaitsMs) + retentionMs + dayMs;
}

/**
 * When a body that is an item of its own expires after a change: epoch ms, null for never, or `unchanged`.
 * It moves with parking (for as long as it takes), with replays, and in the second half of its life, which only a
 * long schedule or an endpoint that keeps asking for pauses reaches.
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
