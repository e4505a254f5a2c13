// The commands that `npm start` prints, and every curl of the README, run as they are by sh and curl.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../lambdas/contract/http/routes.ts';
import type { Api } from '../support/api.ts';
import { startLocalServer } from '../support/local-server.ts';
import type { LocalServer } from '../support/local-server.ts';
import { until } from '../support/until.ts';
import { makeKey } from '../support/operator-key.ts';
import { variablesFor } from './readme-variables.ts';
import { apiFor, newDataDirectory, patienceMs, startServer } from './setup.ts';

const run = promisify(execFile);
const has = (...command: [string, string]) => spawnSync(command[0], [command[1]]).status === 0;
const hasCurl = has('curl', '--version');
const hasOpenssl = has('openssl', 'version');

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const blocks = Array.from(readme.matchAll(/^```sh\n(.*?)^```/gms), ([, text]) => text!);
const isFirstWebhook = (block: string) => block.includes('/dev/inbox/demo');
const firstWebhook = blocks.find(isFirstWebhook) ?? '';
const curls = blocks.filter((block) => !isFirstWebhook(block)).flatMap(curlsIn);

/** Instead of curl: says on stderr with which status each call was answered. */
const tellingStatus = `curl() { command curl -sS -w '%{stderr}%{http_code}\\n' "$@"; }\n`;

function curlsIn(block: string): string[] {
  const lines = block.replaceAll('\\\n', ' ').split('\n');
  const commands = lines.filter((line) => line.startsWith('curl '));
  return commands.map((line) => line.replace(/ +# .*/, '').replace(/ +/g, ' '));
}

/** `POST /api/delivery/{id}/retry`, of a command that calls it. */
function routeOf(curl: string): string {
  const method = / -X (\w+)/.exec(curl)?.[1] ?? (curl.includes(' -d ') ? 'POST' : 'GET');
  const path = /\$URL([^?" ]*)/.exec(curl)?.[1] ?? '';
  return `${method} ${path.replace(/\$\w+/, '{id}')}`;
}

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

test.runIf(hasCurl && hasOpenssl)('the README’s first webhook arrives', async () => {
  const server = await startServer({ DATA_DIR: ':memory:' });
  const commands = firstWebhook.replaceAll('http://127.0.0.1:5000', server.url);
  const { stderr } = await run('sh', ['-ec', tellingStatus + commands]);
  expect(stderr.trim().split('\n')).toEqual(['201', '202', '200']);
  expect(await firstRecorded(server.api)).toMatchObject({
    body: '{"order":42,"total":"19.90"}',
    verified: { standard_webhooks: true, hub: true },
  });
});

describe.runIf(hasCurl)('the README’s curls', () => {
  let server: LocalServer;
  let api: Api;
  beforeAll(async () => {
    server = await startLocalServer({ DATA_DIR: ':memory:' });
    api = apiFor(server.url);
  });
  afterAll(() => server.stop('SIGKILL'));

  test.each(curls)('%s', async (command) => {
    const env = { ...process.env, ...(await variablesFor(command, api)), URL: server.url };
    const { stderr } = await run('sh', ['-euc', tellingStatus + command], { env });
    expect(stderr).toMatch(/^2\d\d\n$/);
  });
});

test('the README has a curl for every call', () => {
  expect(curls.map(routeOf).toSorted()).toEqual(
    Object.values(routes)
      .map(({ method, path }) => `${method} ${path}`)
      .toSorted(),
  );
});

test('no curl of the README is left out here', () => {
  const curlsOf = (text: string) => text.match(/\bcurl (?=[-$"])/g) ?? [];
  expect(curlsOf([firstWebhook, ...curls].join('\n'))).toEqual(curlsOf(readme));
});

test('every link of the README leads somewhere', () => {
  const links = Array.from(readme.matchAll(/\]\((?!https?:)([^)]+)\)/g), ([, link]) => link!);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((link) => !isThere(link))).toEqual([]);
});

function isThere(link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = new URL(path, root);
  if (!existsSync(file)) return false;
  if (anchor === undefined) return true;
  const headings = readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading]) => anchorOf(heading!)).includes(anchor);
}

/** As GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
