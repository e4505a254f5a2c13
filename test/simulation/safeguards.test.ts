import { describe, expect, it } from 'vitest';
import { recoveryRemovals } from './recovery-safeguards.ts';
import { removals } from './safeguards.ts';
import { simulateSeeds, timed } from './seeds.ts';

const seedsMax = 3_000;

describe('the simulation notices when a safeguard is taken out', () => {
  it.each([...removals, ...recoveryRemovals])(
    '$safeguard',
    async ({ sabotage }) => {
      const report = await timed(() =>
        simulateSeeds({ from: 1, count: seedsMax, failuresMax: 1, sabotage }),
      );
      console.log(report.summary, report.failures.join('\n').split('\n')[0]);
      expect(report.failures).toHaveLength(1);
      expect(report.failures[0]).toMatch(/^Violation: I\d/);
    },
    120_000,
  );
});
