// How fast a backlog is sent: parked deliveries must not hit a freed endpoint all at once. One that
// has just recovered gets most of its usual rate on top of fresh events, so never more than twice
// that rate, and starts at a quarter of it.
import { limits } from '../../contract/limits/limits.ts';
import type { StatsHour } from '../ledger/stats.ts';

/** `recovery` after failures; `resume` after a pause that the endpoint was unaware of. */
export type BacklogPace = 'recovery' | 'resume';

/** The subscription's usual deliveries per second: its busiest recent hour. */
export function usualRate(hours: readonly Pick<StatsHour, 'byStatus'>[]): number {
  const accepted = hours.map(({ byStatus }) =>
    Object.values(byStatus).reduce((sum, count) => sum + count, 0),
  );
  return Math.max(0, ...accepted) / 3_600;
}

/** Deliveries per second, `elapsedMs` after the subscription became free. */
export function drainRate(pace: BacklogPace, usual: number, elapsedMs: number): number {
  if (pace === 'resume') return Math.max(usual, limits.resumeDrainPerSecondMin);
  const full = Math.max(usual * limits.recoveryDrainRatio, limits.recoveryDrainPerSecondMin);
  const doublings = Math.floor(Math.max(0, elapsedMs) / limits.rampStepMs);
  return Math.min(full, full * limits.rampStartRatio * 2 ** Math.min(doublings, 10));
}

/** The page size that can be sent within `limits.backlogPageMs`. */
export function pageSize(rate: number): number {
  const inTime = Math.ceil((rate * limits.backlogPageMs) / 1_000);
  return Math.max(1, Math.min(inTime, limits.jobPageSize));
}

/** Seconds until everything is sent, at a steady rate per second. */
export function drainSeconds(parked: number, rate: number): number {
  return Math.ceil(parked / rate);
}

/** The parked total; `bytes` counts bodies, null if the store would have to read them. */
export type Parked = { events: number; bytes: number | null };
