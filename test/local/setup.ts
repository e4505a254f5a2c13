// A local server of the test's own, stopped and its data removed when the test ends.
import { onTestFinished } from 'vitest';
import { apiOf } from '../support/api.ts';
import type { Api } from '../support/api.ts';
import { startLocalServer, temporaryDirectory } from '../support/local-server.ts';
import type { LocalServer, StartOptions } from '../support/local-server.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { targetSettings } from '../support/target.ts';

export const patienceMs = 10_000;

export async function newDataDirectory(): Promise<string> {
  const data = await temporaryDirectory();
  onTestFinished(() => data.remove());
  return data.path;
}

export type RunningServer = LocalServer & { api: Api };

/** API keys are off, as by default, unless a key is given. */
export async function startServer(
  environment: Readonly<Record<string, string>>,
  { key, ...options }: StartOptions & { key?: string } = {},
): Promise<RunningServer> {
  const server = await startLocalServer(environment, options);
  onTestFinished(async () => {
    await server.stop('SIGKILL');
  });
  return { ...server, api: apiFor(server.url, key) };
}

export function apiFor(url: string, key?: string): Api {
  return apiOf(targetSettings.parse({ BASE_URL: url, ADMIN_KEY: key, SUBSCRIPTION_MEMO_MS: 0 }));
}

export async function newReceiver(): Promise<Receiver> {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  return receiver;
}
