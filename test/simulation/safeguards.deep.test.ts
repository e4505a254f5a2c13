import { describe, expect, it } from 'vitest';
import { pauseRemovals } from './pause-safeguards.ts';
import { recoveryRemovals } from './recovery-safeguards.ts';
import { removals } from './safeguards.ts';
import { simulateSeeds, timed } from './seeds.ts';

const seedsMax = 6_000;

const all = [
  ...[...removals, ...recoveryRemovals].map((removal) => ({ ...removal, lives: 'busy' as const })),
  ...pauseRemovals.map((removal) => ({ ...removal, lives: 'quiet' as const, clocks: false })),
];

describe('the simulation notices when a safeguard is taken out', () => {
  it.each(all)(
    '$safeguard',
    async ({ sabotage, lives, clocks = false }) => {
      const report = await timed(() =>
        simulateSeeds({ lives, from: 1, count: seedsMax, failuresMax: 1, sabotage, clocks }),
      );
      console.log(report.summary, report.failures.join('\n').split('\n')[0]);
      expect(report.failures).toHaveLength(1);
      expect(report.failures[0]).toMatch(/^Violation: I\d/);
    },
    600_000,
  );
});
