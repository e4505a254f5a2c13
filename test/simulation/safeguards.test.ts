import { describe, expect, it } from 'vitest';
import { removals } from './safeguards.ts';
import { simulateSeeds, timed } from './seeds.ts';

const seedsMax = 6_000;

describe('the simulation notices when a safeguard is taken out', () => {
  it.each(removals)(
    '$safeguard',
    async ({ sabotage, clocks = false }) => {
      const report = await timed(() =>
        simulateSeeds({ from: 1, count: seedsMax, failuresMax: 1, sabotage, clocks }),
      );
      console.log(report.summary, report.failures.join('\n').split('\n')[0]);
      expect(report.failures).toHaveLength(1);
      expect(report.failures[0]).toMatch(/^Violation: I\d/);
    },
    120_000,
  );
});
