// Few of each kind of life, and those that once broke an invariant; `seeds.deep.test.ts` has the many.
import { describe, expect, it } from 'vitest';
import { simulateSideBySide, timed } from './seeds.ts';
import { simulateQuiet } from './quiet-lives.ts';
import { simulate } from './scenario.ts';

/** Seeds that broke an invariant before the code was mended. */
const mended = [
  220, 267, 307, 1125, 1908, 1985, 3278, 9813, 500_173, 1_068_135, 1_137_870, 2_109_440, 2_123_180,
  9554, 100_335, 101_076, 101_951, 3_074_688, 3_081_214,
];

/** The same, where clocks step. */
const mendedOfClocks = [1066, 2710, 2826, 3031, 9123, 18_523];

/** The same, in quiet weeks. */
const mendedOfQuiet = [1113, 3774, 41_266];

describe('random lives of a deployment', () => {
  it.each([
    ['busy hours', { count: 300 }],
    ['quiet weeks', { count: 40, lives: 'quiet' }],
    ['clocks that step', { count: 100, clocks: true }],
  ] as const)(
    'keep every invariant: %s',
    async (_, kind) => {
      const report = await timed(() => simulateSideBySide({ from: 1, ...kind }));
      console.log(report.summary);
      expect(report.failures).toEqual([]);
    },
    60_000,
  );

  it.each(mendedOfClocks)('keep every invariant again with the clocks of seed %d', async (seed) => {
    await simulate({ seed, clocks: true });
  });

  it.each(mendedOfQuiet)(
    'keep every invariant again in the quiet weeks of seed %d',
    async (seed) => {
      await simulateQuiet({ seed });
    },
  );

  it.each(mended)('keep every invariant again with seed %d', async (seed) => {
    await simulate({ seed });
  });

  it('repeat themselves exactly', async () => {
    const traces = [1, 2].map(() => [] as string[]);
    for (const lines of traces) {
      await simulate({ seed: 12, trace: (line) => lines.push(line) });
    }
    expect(traces[0]).toEqual(traces[1]);
    expect(traces[0]!.length).toBeGreaterThan(100);
  });
});
