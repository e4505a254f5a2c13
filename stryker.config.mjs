// Mutation testing of the rules that a delivery stands or falls by: `npm run mutation`. docs/mutation.md has the
// scores, and says why each survivor does no harm.
import {
  fileOf,
  mutationGroups,
  mutationReport,
  mutationScoreMin,
} from './scripts/mutation-groups.ts';

export default {
  mutate: Object.values(mutationGroups).flat().map(fileOf),
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  // TypeScript 7 has no API by which Stryker could rewrite paths in it, and there are none to rewrite.
  tsconfigFile: 'none',
  coverageAnalysis: 'perTest',
  concurrency: 2,
  thresholds: { high: 95, low: mutationScoreMin, break: mutationScoreMin },
  reporters: ['clear-text', 'progress', 'json', 'html'],
  clearTextReporter: { allowColor: false, reportTests: false },
  jsonReporter: { fileName: mutationReport },
  htmlReporter: { fileName: mutationReport.replace('.json', '.html') },
  tempDirName: '.mutation/sandbox',
  // What other commands leave behind: no test of the core needs it.
  ignorePatterns: ['.venv*', '.ci/reports', '.data', 'cdk.out', 'web/dist'],
};
