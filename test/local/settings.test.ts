// A bad setting stops the start with one sentence that names it, and nothing else.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalServer } from '../../bin/local/start.ts';
import { localSettings, parseSettings } from '../../lambdas/contract/settings.ts';
import { runToEnd } from '../support/local-server.ts';
import { newDataDirectory, startServer } from './setup.ts';

type Environment = Readonly<Record<string, string>>;

const quiet: Environment = { PORT: '0', DATA_DIR: ':memory:' };

/** What the process says, which ends by itself. */
async function sentenceFor(environment: Environment): Promise<string> {
  const ended = await runToEnd('bin/local.ts', { ...quiet, ...environment });
  expect(ended).toMatchObject({ code: 1, output: expect.stringMatching(/^\S[^\n]+\.\n$/) });
  return ended.output;
}

/** The same without a process, for a long table. */
async function start(environment: Environment): Promise<unknown> {
  return startLocalServer(parseSettings(localSettings, { ...quiet, ...environment }));
}

test.each<[string, Environment]>([
  ['PORT must be', { PORT: 'http' }],
  ['PORT must be', { PORT: '65536' }],
  ['HOST no.such.host.invalid is', { HOST: 'no.such.host.invalid', API_AUTH: 'on' }],
  ['HOST 192.0.2.1 is', { HOST: '192.0.2.1', API_AUTH: 'on' }],
  ['API_AUTH must be', { API_AUTH: 'maybe' }],
  ['RETRY_SCHEDULE must be', { RETRY_SCHEDULE: 'slow' }],
  ['RETRY_SCHEDULE must hold', { RETRY_SCHEDULE: '1,0' }],
  ['DELIVERY_TIMEOUT_MS must be', { DELIVERY_TIMEOUT_MS: '10s' }],
  ['RETENTION_HOURS must be', { RETENTION_HOURS: '-1' }],
  ['MAX_BODY_BYTES must be', { MAX_BODY_BYTES: '1e9' }],
  ['TARGET_ALLOW_CIDRS', { TARGET_ALLOW_CIDRS: '10.0.0.1' }],
  ['TARGET_ALLOW_CIDRS', { TARGET_ALLOW_CIDRS: '10.0.0.0/8,10.0.0.1/8' }],
  ['TARGET_ALLOW_HOSTS must be', { TARGET_ALLOW_HOSTS: 'receiver,*.corp' }],
  ['ALLOW_HTTP_TARGETS must be', { ALLOW_HTTP_TARGETS: 'yes' }],
  ['UNTYPED_EVENTS must be', { UNTYPED_EVENTS: 'sometimes' }],
  ['SUBSCRIPTION_MEMO_MS must be', { SUBSCRIPTION_MEMO_MS: '60000' }],
  ['The data directory', { DATA_DIR: '/dev/null/data' }],
])('"%s …" for %o', async (beginning, environment) => {
  const sentence = new RegExp(`^${beginning}[^\\n]+\\.$`);
  await expect(start(environment)).rejects.toThrow(sentence);
});

test('a bad setting ends the process with its sentence alone', async () => {
  expect(await sentenceFor({ PORT: 'http' })).toMatch('PORT must be');
});

test('API keys cannot be off where the network reaches the server', async () => {
  expect(await sentenceFor({ HOST: '0.0.0.0', API_AUTH: 'off' })).toMatch(/API_AUTH=on/);
});

test('a port that is in use', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  expect(await sentenceFor({ PORT: String(port) })).toMatch(`Port ${port} on 127.0.0.1 is in use`);
});

test('a second start of the same server', async () => {
  const DATA_DIR = await newDataDirectory();
  const first = await startServer({ DATA_DIR });
  const { port: PORT } = new URL(first.url);
  expect(await sentenceFor({ DATA_DIR, PORT })).toMatch(`Port ${PORT} on 127.0.0.1 is in use`);
  expect(await sentenceFor({ DATA_DIR })).toMatch(`${DATA_DIR} is in use by another process`);
  expect((await first.api.call('getHealth')).status).toBe('ok');
});

test('a data file that is none', async () => {
  const DATA_DIR = await newDataDirectory();
  await writeFile(join(DATA_DIR, 'webhooks.sqlite'), 'not a database, but a text'.repeat(100));
  expect(await sentenceFor({ DATA_DIR })).toMatch(DATA_DIR);
});
