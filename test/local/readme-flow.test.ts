// The commands that `npm start` prints, and those of the README's quick start, run as they are by sh and curl.
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Api } from '../support/api.ts';
import { until } from '../support/until.ts';
import { makeKey } from '../support/operator-key.ts';
import { newDataDirectory, patienceMs, startServer } from './setup.ts';

const run = promisify(execFile);
const has = (...command: [string, string]) => spawnSync(command[0], [command[1]]).status === 0;
const hasCurl = has('curl', '--version');
const hasOpenssl = has('openssl', 'version');

type Recorded = { requests: unknown[] };

function firstRecorded(api: Api): Promise<unknown> {
  const ask = async () => {
    const { json } = await api.request('GET', '/dev/inbox/demo/requests');
    return (json as Recorded).requests[0];
  };
  return until('the inbox has the event', ask, patienceMs);
}

/** The printed lines that belong to commands, up to the first log line. */
function commandsIn(output: string): string {
  const lines = output.split('\n');
  const from = lines.findIndex((line) => line.startsWith('SUBSCRIPTION='));
  const length = lines.slice(from).findIndex((line) => line === '');
  return lines.slice(from, length === -1 ? undefined : from + length).join('\n');
}

test.runIf(hasCurl).each(['off', 'on'] as const)(
  'delivers a signed event to the inbox with API_AUTH=%s',
  async (API_AUTH) => {
    const DATA_DIR = await newDataDirectory();
    const KEY = await makeKey(DATA_DIR, 'admin');
    const server = await startServer({ DATA_DIR, API_AUTH }, API_AUTH === 'on' ? { key: KEY } : {});
    const commands = commandsIn(server.output());
    const { stdout } = await run('sh', ['-ec', commands], { env: { ...process.env, KEY } });
    expect(stdout).toContain('Webhook accepted for delivery');

    expect(await firstRecorded(server.api)).toMatchObject({
      body: '{"order":42}',
      headers: { 'x-event-type': 'order.created' },
      verified: { standard_webhooks: true, hub: true },
    });
  },
);

test.runIf(hasCurl && hasOpenssl)('the README’s quick start works', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const block = readme.split('```sh\n').find((text) => text.includes('/dev/inbox/demo'))!;
  const server = await startServer({ DATA_DIR: ':memory:' });
  const commands = block.split('```')[0]!.replaceAll('http://127.0.0.1:5000', server.url);
  const [subscribe = '', ...rest] = commands.split('\n\n');
  const created = await run('sh', ['-ec', subscribe]);
  const { id } = (JSON.parse(created.stdout) as { subscription: { id: string } }).subscription;
  await run('sh', ['-ec', rest.join('\n\n').replaceAll('SUBSCRIPTION', id)]);
  expect(await firstRecorded(server.api)).toMatchObject({
    body: '{"order":42,"total":"19.90"}',
    verified: { standard_webhooks: true, hub: true },
  });
});
