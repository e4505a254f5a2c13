// Many seeds, one after another, or side by side in threads.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { simulateQuiet } from './quiet-lives.ts';
import { simulate } from './scenario.ts';
import type { RunResult } from './scenario.ts';
import type { Sabotage } from './world.ts';

/** Busy hours with many faults, or quiet weeks. */
export type Lives = 'busy' | 'quiet';

export const livesOf = { busy: simulate, quiet: simulateQuiet } as const satisfies Record<
  Lives,
  typeof simulate
>;

export type Seeds = {
  lives?: Lives;
  from: number;
  count: number;
  /** Sets clocks and stops processes, too. */
  clocks?: boolean;
  /** Stops after this many. */
  failuresMax?: number;
};

export type SeedsReport = { seeds: number; totals: RunResult; failures: string[] };

const nothing: SeedsReport = { seeds: 0, totals: { calls: 0, faults: 0, posts: 0 }, failures: [] };

export async function simulateSeeds(
  options: Seeds & { sabotage?: Sabotage },
): Promise<SeedsReport> {
  const { failuresMax = 10, lives = 'busy' } = options;
  const report = structuredClone(nothing);
  for (; report.seeds < options.count && report.failures.length < failuresMax; report.seeds += 1) {
    const seed = options.from + report.seeds;
    try {
      report.totals = sum(report.totals, await livesOf[lives]({ ...options, seed }));
    } catch (error) {
      report.failures.push(
        `${String(error)}\n  npm run simulate -- --lives ${lives} --seed ${seed}${options.clocks ? ' --clocks' : ''} --trace`,
      );
    }
  }
  return report;
}

/** In as many threads as the machine runs at once. */
export async function simulateSideBySide({ from, count, ...kind }: Seeds): Promise<SeedsReport> {
  const threads = availableParallelism();
  const share = Math.ceil(count / threads);
  const parts = Array.from({ length: threads }, (_, index) => ({
    ...kind,
    from: from + index * share,
    count: Math.max(0, Math.min(share, count - index * share)),
  }));
  const reports = await Promise.all(parts.map(inThread));
  return reports.reduce((left, right) => ({
    seeds: left.seeds + right.seeds,
    totals: sum(left.totals, right.totals),
    failures: [...left.failures, ...right.failures],
  }));
}

function inThread(workerData: Seeds): Promise<SeedsReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./seeds-thread.ts', import.meta.url), { workerData });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function sum(left: RunResult, right: RunResult): RunResult {
  return {
    calls: left.calls + right.calls,
    faults: left.faults + right.faults,
    posts: left.posts + right.posts,
  };
}

/** Runs and says in one line what was run, how fast, and what came of it. */
export async function timed(
  run: () => Promise<SeedsReport>,
): Promise<SeedsReport & { summary: string }> {
  const startedAt = performance.now();
  const report = await run();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { seeds, totals, failures } = report;
  const summary =
    `${seeds} seeds in ${seconds.toFixed(1)} s (${Math.round(seeds / seconds)}/s): ` +
    `${totals.calls} port calls, ${totals.faults} faults, ${totals.posts} requests, ` +
    `${failures.length} violations`;
  return { ...report, summary };
}
