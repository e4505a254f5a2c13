import { describe, expect, it } from 'vitest';
import { simulateSideBySide, timed } from './seeds.ts';

describe('many random lives of a deployment', () => {
  it.each([
    ['busy hours', { count: 10_000 }],
    ['quiet weeks, and endpoints that ask for pauses', { count: 1_000, lives: 'quiet' }],
    ['clocks that step, and processes that stand still', { count: 4_000, clocks: true }],
  ] as const)(
    'keep every invariant: %s',
    async (_, kind) => {
      const report = await timed(() => simulateSideBySide({ from: 1, ...kind }));
      console.log(report.summary);
      expect(report.failures).toEqual([]);
    },
    600_000,
  );
});
