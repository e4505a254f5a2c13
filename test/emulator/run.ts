// `npm run test:emulator [-- --api=http|rest] [-- <test file>…]`: deploys the real stack to an emulator of AWS, once
// for each kind of API, and runs the black-box suite against it; then the contract suites of the AWS driver.
// It uses what answers at AWS_ENDPOINT_URL, MiniStack or LocalStack, else it starts MiniStack. With `--browser` the walk over the console's pages
// goes through each stack too; that needs Chromium.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { limits } from '../../lambdas/contract/limits.ts';
import { onDeployments } from '../browser/support/on-deployments.ts';
import { report, runSuite } from '../support/suites.ts';
import type { ApiKind } from './deployment.ts';
import { bootstrap, deploy, emulatorEnvironment } from './deployment.ts';
import { isAnswering, isLocalStack } from './endpoint.ts';
import { startMiniStack } from './ministack.ts';

const { values, positionals: filters } = parseArgs({
  options: {
    api: { type: 'string', multiple: true },
    browser: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const endpoint = process.env['AWS_ENDPOINT_URL'];
const given = endpoint !== undefined && (await isAnswering(endpoint));
const url = given ? endpoint : await startMiniStack(folder);
const env = emulatorEnvironment(url);
const onLocalStack = await isLocalStack(url);
const kinds = values.api ?? (onLocalStack ? ['rest'] : ['http', 'rest']);

/** Where schedules fire, a wait that a test can bear is one. */
const queueDelayMaxSeconds = onLocalStack ? limits.queueDelayMsMax / 1_000 : 3;
const subscriptionMemoMs = 1_000;

const settings = {
  retrySchedule: '1,2',
  targetAllowCidrs: process.env['TARGET_ALLOW_CIDRS'] ?? '127.0.0.0/8,::1/128',
  allowHttpTargets: 'true',
  queueDelayMaxSeconds: String(queueDelayMaxSeconds),
  subscriptionMemoMs: String(subscriptionMemoMs),
  // Of one caller, who does in minutes what others do in days; MiniStack throttles a REST API.
  apiRequestsPerSecond: '150',
  openRequestsPerSecond: '50',
};

const target = {
  RECEIVER_HOST: process.env['RECEIVER_HOST'] ?? '127.0.0.1',
  SUBSCRIPTION_MEMO_MS: String(subscriptionMemoMs),
  ...(onLocalStack
    ? { PARSES_BODIES: 'true' }
    : { SCHEDULER_WAIT_SECONDS: String(queueDelayMaxSeconds + 2) }),
  // MiniStack looks for due schedules every ten seconds.
  LATENESS_MS: '15000',
  PATIENCE_MS: '60000',
};

const seconds = () => `${Math.round(performance.now() / 1_000)} s`;
bootstrap(url);
const name = onLocalStack ? 'LocalStack' : 'The emulator';
console.log(`${name} at ${url} is ready for the CDK after ${seconds()}.`);
let stack: NodeJS.ProcessEnv = {};
const totals = kinds.flatMap((kind) => {
  const { baseUrl, consoleUrl, tableName, eventBusName } = deploy(url, {
    kind: kind as ApiKind,
    folder,
    settings,
  });
  const key = ['bin/key.ts', '--scope=admin', `--table=${tableName}`];
  const ADMIN_KEY = execFileSync(process.execPath, key, { env, encoding: 'utf8' }).trim();
  console.log(`The stack with its ${kind} API answers at ${baseUrl} after ${seconds()}.`);
  stack = { ...env, ...target, BASE_URL: baseUrl, ADMIN_KEY, EVENT_BUS_NAME: eventBusName };
  const suites = [runSuite(`emulator-${kind}`, 'black-box', { env: stack, filters })];
  if (values.browser) {
    const forBrowser = { ...stack, CONSOLE_URL: consoleUrl };
    // All of it once; behind the stage of a REST API, the pages and their links.
    const walk = kind === 'rest' ? ['test/browser/pages'] : onDeployments;
    suites.push(
      runSuite(`emulator-${kind}-browser`, 'browser', { env: forBrowser, filters: walk }),
    );
  }
  console.log(`Its suites end after ${seconds()}.`);
  return suites;
});
// Vitest gives BASE_URL a meaning of its own within tests.
const parts = { ...stack, STACK_URL: stack['BASE_URL'] };
totals.push(runSuite('emulator-parts', 'emulator', { env: parts, filters }));
console.log(`Done after ${seconds()}.`);
process.exit(report('emulator', totals) ? 0 : 1);
