// Summarizes the counters of a window of hours.
import { limits } from '../../contract/limits/limits.ts';
import type { StatsHour, StatusCounts } from './stats.ts';
import { addHours, emptyHour, hourMs, hourOf, latencyBoundsMs } from './stats.ts';

/** Whole hours, epoch ms, end exclusive. */
export type HourRange = { fromHour: number; untilHour: number };

export type StatsSummary = {
  range: HourRange;
  total: number;
  byStatus: StatusCounts;
  /**
   * Percentage of finished deliveries that were delivered, one decimal; null while none is
   * finished.
   */
  successRate: number | null;
  attempts: number;
  /** Attempts per attempted delivery, two decimals; null while there is none. */
  averageAttempts: number | null;
  latencyMs: { p50: number; p95: number; p99: number } | null;
  /** Every hour of the window, including those in which nothing was accepted. */
  hourly: readonly { hour: number; total: number; byStatus: StatusCounts; attempts: number }[];
};

/**
 * The hours covered by `since` to `until`: by default the retention up to now, never longer than
 * `limits.statsWindowMsMax`. Null if there are none.
 */
export function statsRange(
  asked: { since: number | undefined; until: number | undefined },
  now: number,
  retentionMs: number,
): HourRange | null {
  const currentHourEnds = hourOf(now) + hourMs;
  const untilHour = Math.min(nextHour(asked.until ?? currentHourEnds), currentHourEnds);
  const longestMs = Math.min(retentionMs, limits.statsWindowMsMax);
  const earliest = untilHour - (asked.since === undefined ? longestMs : limits.statsWindowMsMax);
  const fromHour = hourOf(Math.max(asked.since ?? earliest, earliest, 0));
  return fromHour < untilHour ? { fromHour, untilHour } : null;
}

export function summarize(hours: readonly StatsHour[], range: HourRange): StatsSummary {
  const byHour = new Map(hours.map((hour) => [hour.hour, hour]));
  const all: StatsHour[] = [];
  for (let hour = range.fromHour; hour < range.untilHour; hour += hourMs) {
    all.push(byHour.get(hour) ?? emptyHour(hour));
  }
  const sum = all.reduce(addHours, emptyHour(range.fromHour));
  const { byStatus, attempts } = sum;
  // Parked and cancelled deliveries may never have been attempted; the counters do not tell.
  const tried = byStatus.pending + byStatus.retrying + byStatus.delivered + byStatus.failed;
  return {
    range,
    total: totalOf(byStatus),
    byStatus,
    successRate: ratio(100 * byStatus.delivered, byStatus.delivered + byStatus.failed, 1),
    attempts,
    averageAttempts: ratio(attempts, tried, 2),
    latencyMs: sum.latency.some((bucket) => bucket > 0)
      ? {
          p50: percentile(sum.latency, 0.5),
          p95: percentile(sum.latency, 0.95),
          p99: percentile(sum.latency, 0.99),
        }
      : null,
    hourly: all.map((hour) => ({
      hour: hour.hour,
      total: totalOf(hour.byStatus),
      byStatus: hour.byStatus,
      attempts: hour.attempts,
    })),
  };
}

/**
 * The duration in ms that `share` of the attempts did not exceed, assuming an even spread within
 * each bucket.
 */
export function percentile(latency: readonly number[], share: number): number {
  const rank = share * latency.reduce((sum, bucket) => sum + bucket, 0);
  let below = 0;
  for (const [index, bucket] of latency.entries()) {
    if (bucket > 0 && below + bucket >= rank) {
      const lower = latencyBoundsMs[index - 1] ?? 0;
      // The open bucket has no upper bound to interpolate to.
      const upper = latencyBoundsMs[index] ?? lower;
      return Math.round(lower + ((upper - lower) * (rank - below)) / bucket);
    }
    below += bucket;
  }
  return 0;
}

function nextHour(at: number): number {
  return Math.ceil(at / hourMs) * hourMs;
}

function totalOf(byStatus: StatusCounts): number {
  return Object.values(byStatus).reduce((sum, count) => sum + count, 0);
}

function ratio(part: number, whole: number, decimals: number): number | null {
  return whole === 0 ? null : Number((part / whole).toFixed(decimals));
}
