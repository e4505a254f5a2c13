// The commands that `npm start` prints, run as they are by sh and curl.
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { makeKey } from '../support/operator-key.ts';
import { newDataDirectory, patienceMs, startServer } from './setup.ts';

const run = promisify(execFile);
const hasCurl = spawnSync('curl', ['--version']).status === 0;

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
    const server = await startServer({ DATA_DIR, API_AUTH }, API_AUTH === 'on' ? KEY : undefined);
    const commands = commandsIn(server.output());
    const { stdout } = await run('sh', ['-ec', commands], { env: { ...process.env, KEY } });
    expect(stdout).toContain('Webhook accepted for delivery');

    const ask = async () => {
      const { json } = await server.api.request('GET', '/dev/inbox/demo/requests');
      return (json as { requests: unknown[] }).requests[0];
    };
    expect(await until('the inbox has the event', ask, patienceMs)).toMatchObject({
      body: '{"order":42}',
      headers: { 'x-event-type': 'order.created' },
      verified: { standard_webhooks: true, hub: true },
    });
  },
);
