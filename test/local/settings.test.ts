// A bad setting stops the start with one sentence that names it, and nothing else.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runToEnd } from '../support/local-server.ts';
import { newDataDirectory, startServer } from './setup.ts';

async function sentenceFor(environment: Readonly<Record<string, string>>): Promise<string> {
  const { code, output } = await runToEnd('bin/local.ts', {
    PORT: '0',
    DATA_DIR: ':memory:',
    ...environment,
  });
  expect(code).toBe(1);
  expect(output).toMatch(/^\S[^\n]+\.\n$/);
  return output;
}

test.concurrent.each([
  { PORT: 'http' },
  { PORT: '65536' },
  { HOST: 'no.such.host.invalid', API_AUTH: 'on' },
  { HOST: '192.0.2.1', API_AUTH: 'on' },
  { API_AUTH: 'maybe' },
  { RETRY_SCHEDULE: 'slow' },
  { RETRY_SCHEDULE: '1,0' },
  { DELIVERY_TIMEOUT_MS: '10s' },
  { RETENTION_HOURS: '-1' },
  { MAX_BODY_BYTES: '1e9' },
  { TARGET_ALLOW_CIDRS: '10.0.0.1' },
  { TARGET_ALLOW_CIDRS: '10.0.0.0/8,10.0.0.1/8' },
  { ALLOW_HTTP_TARGETS: 'yes' },
  { UNTYPED_EVENTS: 'sometimes' },
  { SUBSCRIPTION_MEMO_MS: '60000' },
  { DATA_DIR: '/dev/null/data' },
])('%o', async (environment) => {
  const [name] = Object.keys(environment);
  const sentence = await sentenceFor(environment as unknown as Record<string, string>);
  expect(sentence).toMatch(name === 'DATA_DIR' ? 'data directory' : name!);
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
