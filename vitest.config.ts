import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// These suites need Docker, Python, Java, a browser or an AWS account: `npm run test:<suite>` runs them.
const suitesApart = ['emulator', 'dynamodb-local', 'browser', 'deployed'];
const suite = process.env['TEST_SUITE'] ?? 'unit';
/** What takes minutes: every fault and every pair, many lives, killed and frozen processes, full disks. */
const deepTests = 'test/**/*.deep.test.ts';

const common = { pool: 'forks', testTimeout: 15_000, hookTimeout: 30_000 } as const;

// Against whatever BASE_URL names, or a local server of its own.
const blackBox = {
  test: {
    ...common,
    name: 'black-box',
    include: ['test/black-box/**/*.test.ts'],
    globalSetup: 'test/black-box/global-setup.ts',
    testTimeout: 3 * Number(process.env['PATIENCE_MS'] ?? 10_000),
    // A receiver on a fixed port is there once.
    fileParallelism: process.env['RECEIVER_PORT'] === undefined,
    // Each test has a subscription of its own, and mostly waits for a retry.
    sequence: { concurrent: true },
  },
};

// Nothing in them outlives its test, so files share a process and what it has loaded: that halves their time.
const pureFolders = ['architecture', 'contract', 'core', 'edge', 'operations', 'web'];
const pure = {
  test: {
    ...common,
    name: 'pure',
    isolate: false,
    include: pureFolders.map((name) => `test/${name}/**/*.test.ts`),
    exclude: [deepTests],
  },
};

const unit = {
  test: {
    ...common,
    name: 'unit',
    include: ['test/**/*.test.ts'],
    exclude: [
      deepTests,
      ...[...pureFolders, ...suitesApart, 'black-box'].map((name) => `test/${name}/**`),
    ],
  },
};

const deep = { test: { ...common, name: 'deep', include: [deepTests] } };

const apart = {
  test: {
    ...common,
    name: suite,
    include: [`test/${suite}/**/*.test.ts`],
    // All files share one stack, and one of them makes its calls fail.
    fileParallelism: false,
  },
};

// A page waits for the service behind it, and a walk over all pages takes its time.
const browser = {
  test: {
    ...apart.test,
    globalSetup: 'test/browser/global-setup.ts',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Each file has a service of its own, or goes by names of its own.
    fileParallelism: true,
  },
};

const projects: Readonly<Record<string, object[]>> = {
  unit: [pure, unit, blackBox],
  deep: [deep],
  'black-box': [blackBox],
  browser: [browser],
};

export default defineConfig({
  test: {
    projects: projects[suite] ?? [apart],
    // Many tests mostly wait: one worker for each core but one would leave a small machine idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // .ci/run adds up the reports of all suites.
    reporters: process.env['CI'] ? ['default', 'json'] : ['default'],
    outputFile: { json: `.ci/reports/${suite}.json` },
  },
});
