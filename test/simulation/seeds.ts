// Many seeds, one after another.
import { simulate } from './scenario.ts';
import type { Sabotage } from './world.ts';

export type SeedsReport = { failures: string[]; summary: string };

export async function simulateSeeds(options: {
  from: number;
  count: number;
  /** Stops after this many. */
  failuresMax?: number;
  sabotage?: Sabotage;
}): Promise<SeedsReport> {
  const startedAt = performance.now();
  const failures: string[] = [];
  const { failuresMax = 10 } = options;
  const totals = { calls: 0, faults: 0, posts: 0 };
  let seeds = 0;
  for (; seeds < options.count && failures.length < failuresMax; seeds += 1) {
    const seed = options.from + seeds;
    try {
      const result = await simulate({ ...options, seed });
      totals.calls += result.calls;
      totals.faults += result.faults;
      totals.posts += result.posts;
    } catch (error) {
      failures.push(`${String(error)}\n  npm run simulate -- --seed ${seed} --trace`);
    }
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    failures,
    summary:
      `${seeds} seeds in ${seconds.toFixed(1)} s (${Math.round(seeds / seconds)}/s): ` +
      `${totals.calls} port calls, ${totals.faults} faults, ${totals.posts} requests, ` +
      `${failures.length} violations`,
  };
}
