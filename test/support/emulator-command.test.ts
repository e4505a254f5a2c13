// `npm run test:emulator` on a machine that lacks something says what, in one sentence, and ends with 2, so that CI may skip it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { stackSettings } from '../emulator/stack-suites.ts';

const root = join(import.meta.dirname, '../..');

async function run(flag: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(root, 'test/emulator/run.ts'), flag], { env });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const [status] = await once(child, 'close');
  return { status, stdout: await stdout, stderr: await stderr };
}

test('--dynamodb-local says that Java is missing', async () => {
  expect(await run('--dynamodb-local', { PATH: import.meta.dirname })).toStrictEqual({
    status: 2,
    stdout: '',
    stderr: 'DynamoDB Local needs Java 17 or newer: there is no java on the PATH.\n',
  });
});

test('--localstack says that nothing tells how to start it', async () => {
  expect(await run('--localstack', {})).toStrictEqual({
    status: 2,
    stdout: '',
    stderr: 'LOCALSTACK_START must be a command that starts LocalStack.\n',
  });
});

test('--localstack leaves alone what answers already', async () => {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const { status, stderr } = await run('--localstack', {
    AWS_ENDPOINT_URL: url,
    LOCALSTACK_START: 'true',
  });
  server.close();

  expect(status).toBe(2);
  expect(stderr).toContain(`something answers at ${url}`);
});

test('the stack allows the targets that the environment names, and this machine alone without', () => {
  const named = { TARGET_ALLOW_HOSTS: 'host.docker.internal', TARGET_ALLOW_CIDRS: '172.17.0.0/16' };

  expect(stackSettings(named, 3)).toMatchObject({
    targetAllowHosts: 'host.docker.internal',
    targetAllowCidrs: '172.17.0.0/16',
  });
  expect(stackSettings({}, 3)).not.toHaveProperty('targetAllowHosts');
  expect(stackSettings({}, 3)).toHaveProperty('targetAllowCidrs', '127.0.0.0/8,::1/128');
});
