// One browser for all files of the suite, and the deployment that the environment names, if it names one.
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { ensureWeb } from '../../scripts/build-web.ts';
import { launchOptions } from './support/chromium.ts';
import type { Deployed } from './support/stand.ts';

declare module 'vitest' {
  interface ProvidedContext {
    browserEndpoint: string;
    deployed: Deployed | null;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Before the local servers start, so that only one process builds.
  await ensureWeb();
  const server = await chromium.launchServer(launchOptions);
  project.provide('browserEndpoint', server.wsEndpoint());
  project.provide('deployed', deployedOf(process.env));
  return () => server.close();
}

function deployedOf(environment: NodeJS.ProcessEnv): Deployed | null {
  const { BASE_URL: apiUrl, CONSOLE_URL: consoleUrl, ADMIN_KEY: key } = environment;
  if (apiUrl === undefined) return null;
  return {
    apiUrl: apiUrl.replace(/\/+$/, ''),
    consoleUrl: (consoleUrl ?? apiUrl).replace(/\/*$/, '/'),
    key: key ?? null,
    receiverHost: environment['RECEIVER_HOST'] ?? '127.0.0.1',
  };
}
