// Mutation testing of the rules that a delivery stands or falls by: `npm run mutation`. docs/mutation.md has the
// scores and says why each survivor does no harm.

const files = (names) => names.split(' ').map((name) => `lambdas/core/${name}.ts`);

export default {
  mutate: [
    ...files('decide transitions outcome delivery'),
    ...files('retry-schedule retention'),
    ...files('target-url target-port address'),
    ...files('matching'),
    ...files('signature signing-key secrets'),
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  // TypeScript 7 has no API by which Stryker could rewrite paths in it, and there are none to rewrite.
  tsconfigFile: 'none',
  coverageAnalysis: 'perTest',
  // The machine has other work to do.
  concurrency: 2,
  thresholds: { high: 95, low: 85, break: 85 },
  reporters: ['clear-text', 'progress', 'json', 'html'],
  clearTextReporter: { allowColor: false, reportTests: false, reportMutants: true },
  jsonReporter: { fileName: '.mutation/report.json' },
  htmlReporter: { fileName: '.mutation/report.html' },
  tempDirName: '.mutation/sandbox',
};
