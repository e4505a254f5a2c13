// How fast a backlog is sent: what is parked when its subscription is free again must not come down on the endpoint at
// once. An endpoint that has just recovered gets most of its usual rate beside the fresh events, so never more than twice
// that rate, and begins with a quarter of it.
import { limits } from '../../contract/limits/limits.ts';
import type { StatsHour } from '../ledger/stats.ts';

/** `recovery` after failures; `resume` after a pause, of which the endpoint knew nothing. */
export type BacklogPace = 'recovery' | 'resume';

/** Deliveries per second that the subscription is used to: its busiest hour of late. */
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

/** How many one page may hold so that it is sent within `limits.backlogPageMs`. */
export function pageSize(rate: number): number {
  const inTime = Math.ceil((rate * limits.backlogPageMs) / 1_000);
  return Math.max(1, Math.min(inTime, limits.jobPageSize));
}

/** Seconds until all is sent, at a steady rate per second. */
export function drainSeconds(parked: number, rate: number): number {
  return Math.ceil(parked / rate);
}

/** What is parked; `bytes` of bodies, or null where the store would have to read them. */
export type Parked = { events: number; bytes: number | null };
