// Runs vitest suites as processes of their own and adds up their reports into one, where .ci/run looks for it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const reports = join(root, '.ci/reports');

export type Totals = { numPassedTests: number; numFailedTests: number };

/** Runs the suite and counts its tests; a run that fails without a failed test counts as one. */
export function runSuite(
  report: string,
  suite: 'black-box' | 'browser' | 'emulator' | 'dynamodb-local',
  { env, filters = [] }: { env: NodeJS.ProcessEnv; filters?: string[] },
): Totals {
  const file = join(reports, `${report}.json`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const args = ['run', '--passWithNoTests', ...reporters, ...filters];
  const { status } = spawnSync(process.execPath, [vitest, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...env, TEST_SUITE: suite },
  });
  const { numPassedTests, numFailedTests } = read(file);
  const failedOtherwise = status !== 0 && numFailedTests === 0;
  return { numPassedTests, numFailedTests: numFailedTests + Number(failedOtherwise) };
}

/** Writes the sum of the totals; true when nothing failed. */
export function report(name: string, totals: Totals[]): boolean {
  const sum = (count: keyof Totals) => totals.reduce((all, each) => all + each[count], 0);
  const numPassedTests = sum('numPassedTests');
  const numFailedTests = sum('numFailedTests');
  mkdirSync(reports, { recursive: true });
  writeFileSync(join(reports, `${name}.json`), JSON.stringify({ numPassedTests, numFailedTests }));
  console.log(`${name}: ${numPassedTests} passed, ${numFailedTests} failed`);
  return numFailedTests === 0;
}

function read(file: string): Totals {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0 };
  }
}
