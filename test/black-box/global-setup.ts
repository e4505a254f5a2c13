// What the suite runs against: the deployment that the environment names, or a local server of its own with API keys on.
import type { TestProject } from 'vitest/node';
import { startLocalServer, temporaryDirectory } from '../support/local-server.ts';
import { makeKey } from '../support/operator-key.ts';
import { targetSettings } from '../support/target.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.env['BASE_URL'] !== undefined) {
    project.provide('target', targetSettings.parse(process.env));
    return async () => {};
  }
  const data = await temporaryDirectory();
  const adminKey = await makeKey(data.path, 'admin');
  const server = await startLocalServer({
    DATA_DIR: data.path,
    API_AUTH: 'on',
    RETRY_SCHEDULE: '1,2',
  });
  project.provide(
    'target',
    targetSettings.parse({ BASE_URL: server.url, ADMIN_KEY: adminKey, SUBSCRIPTION_MEMO_MS: '0' }),
  );
  return async () => {
    await server.stop();
    await data.remove();
  };
}
