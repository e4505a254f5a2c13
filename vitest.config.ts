import { defineConfig } from 'vitest/config';

// These suites need Docker, Python, a browser or an AWS account: `npm run test:<suite>` runs them.
const suitesApart = ['emulator', 'browser', 'deployed'];
const suite = process.env['TEST_SUITE'] ?? 'unit';

export default defineConfig({
  test: {
    include: suite === 'unit' ? ['test/**/*.test.ts'] : [`test/${suite}/**/*.test.ts`],
    exclude: suitesApart.filter((name) => name !== suite).map((name) => `test/${name}/**`),
    pool: 'forks',
    testTimeout: 15_000,
    hookTimeout: 30_000,
    // .ci/run adds up the reports of all suites.
    reporters: process.env['CI'] ? ['default', 'json'] : ['default'],
    outputFile: { json: `.ci/reports/${suite}.json` },
  },
});
