// Deploys the real stack to an emulator of AWS, once for each kind of API, and runs the black-box suite against it; then the
// contract suites of the AWS driver, and the faults.
import { execFileSync } from 'node:child_process';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { onDeployments } from '../browser/support/on-deployments.ts';
import { report, runSuite } from '../support/suites.ts';
import type { ApiKind } from './deployment.ts';
import { bootstrap, deploy, emulatorEnvironment } from './deployment.ts';
import { isLocalStack } from './endpoint.ts';

type Options = {
  url: string;
  /** For what a deployment leaves behind. */
  folder: string;
  /** Kinds of API; those that the emulator has, unless given. */
  kinds?: string[] | undefined;
  /** Whether the walk over the console's pages goes through each stack, too. */
  browser: boolean;
  filters: string[];
};

const subscriptionMemoMs = 1_000;

/** The context that the stack is deployed with: targets are where the environment says that the receivers are. */
export function stackSettings(
  env: NodeJS.ProcessEnv,
  queueDelayMaxSeconds: number,
): Record<string, string> {
  const hosts = env['TARGET_ALLOW_HOSTS'];
  return {
    retrySchedule: '1,2',
    targetAllowCidrs: env['TARGET_ALLOW_CIDRS'] ?? '127.0.0.0/8,::1/128',
    ...(hosts !== undefined && { targetAllowHosts: hosts }),
    allowHttpTargets: 'true',
    queueDelayMaxSeconds: String(queueDelayMaxSeconds),
    subscriptionMemoMs: String(subscriptionMemoMs),
    // Of one caller, who does in minutes what others do in days; MiniStack throttles a REST API.
    apiRequestsPerSecond: '150',
    openRequestsPerSecond: '50',
  };
}

function targetOf(onLocalStack: boolean, queueDelayMaxSeconds: number): Record<string, string> {
  return {
    RECEIVER_HOST: process.env['RECEIVER_HOST'] ?? '127.0.0.1',
    SUBSCRIPTION_MEMO_MS: String(subscriptionMemoMs),
    ...(onLocalStack
      ? { PARSES_BODIES: 'true' }
      : { SCHEDULER_WAIT_SECONDS: String(queueDelayMaxSeconds + 2) }),
    // MiniStack looks for due schedules every ten seconds.
    LATENESS_MS: '15000',
    PATIENCE_MS: '60000',
  };
}

const seconds = () => `${Math.round(performance.now() / 1_000)} s`;

/** True when nothing failed. */
export async function runOnEmulator(options: Options): Promise<boolean> {
  const { url, filters } = options;
  const env = emulatorEnvironment(url);
  const onLocalStack = await isLocalStack(url);
  // Where schedules fire, a wait that a test can bear is one.
  const queueDelayMaxSeconds = onLocalStack ? limits.queueDelayMsMax / 1_000 : 3;
  const target = targetOf(onLocalStack, queueDelayMaxSeconds);
  const kinds = options.kinds ?? (onLocalStack ? ['rest'] : ['http', 'rest']);

  bootstrap(url);
  const name = onLocalStack ? 'LocalStack' : 'The emulator';
  console.log(`${name} at ${url} is ready for the CDK after ${seconds()}.`);
  let stack: NodeJS.ProcessEnv = {};
  const totals = kinds.flatMap((kind) => {
    const { baseUrl, consoleUrl, tableName, eventBusName } = deploy(url, {
      kind: kind as ApiKind,
      folder: options.folder,
      settings: stackSettings(process.env, queueDelayMaxSeconds),
    });
    const key = ['bin/key.ts', '--scope=admin', `--table=${tableName}`];
    const ADMIN_KEY = execFileSync(process.execPath, key, { env, encoding: 'utf8' }).trim();
    console.log(`The stack with its ${kind} API answers at ${baseUrl} after ${seconds()}.`);
    stack = { ...env, ...target, BASE_URL: baseUrl, ADMIN_KEY, EVENT_BUS_NAME: eventBusName };
    const suites = [runSuite(`emulator-${kind}`, 'black-box', { env: stack, filters })];
    if (options.browser) {
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
  return report('emulator', totals);
}
