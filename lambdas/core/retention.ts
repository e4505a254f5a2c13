// How long things are kept. The row of an open delivery never expires; it gets its time to live when it ends.
// Bodies and attempts that are items of their own get theirs when they are written, far enough to outlive the
// retry schedule, because writing to a large item again would cost a write unit for each of its KB.
import { limits } from '../contract/limits.ts';
import type { Delivery } from './delivery.ts';
import { isFinal } from './delivery.ts';
import { cycleLengthMaxMs } from './retry-schedule.ts';

const dayMs = 24 * 3_600_000;

/** Longer than any cycle plus the retention of what it leaves. */
export function detailLifetimeMs(retentionMs: number): number {
  const longestCycleMs = Math.max(cycleLengthMaxMs('standard'), limits.retryDelayMsMax * 2);
  return longestCycleMs + retentionMs + dayMs;
}

/**
 * When a body that is an item of its own expires after a change: epoch ms, null for never, or `unchanged`.
 * Only parking (for as long as it takes) and replays move it.
 */
export function bodyExpiry(
  before: Delivery,
  after: Delivery,
  lifetimeMs: number,
): number | null | 'unchanged' {
  if (after.status === 'parked') return before.status === 'parked' ? 'unchanged' : null;
  if (before.status !== 'parked' && after.cycle === before.cycle) return 'unchanged';
  return isFinal(after.status) ? after.expiresAt : after.updatedAt + lifetimeMs;
}
