// Starts MiniStack out of a virtual environment of this repository's own, on a free port and with a folder of its
// own for all state, so that no run sees another.
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { isAnswering } from './endpoint.ts';

const root = join(import.meta.dirname, '../..');
const environment = join(root, '.venv-ministack');
const wanted = join(import.meta.dirname, 'requirements.txt');
const installed = join(environment, 'requirements.txt');
const startsWithinMs = 60_000;

/** Resolves with its URL. It ends with this process. */
export async function startMiniStack(folder: string): Promise<string> {
  if (textOf(installed) !== textOf(wanted)) install();
  const port = await freePort();
  const log = join(folder, 'ministack.log');
  const state = { STATE_DIR: 'state', S3_DATA_DIR: 's3', TMPDIR: 'tmp' };
  const folders = Object.entries(state).map(([name, path]) => [name, join(folder, path)] as const);
  for (const [, path] of folders) mkdirSync(path);
  const output = openSync(log, 'a');
  const child = spawn(join(environment, 'bin/ministack'), {
    // Functions run as its children, in the same process group.
    detached: true,
    stdio: ['ignore', output, output],
    env: {
      ...Object.fromEntries(folders),
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      // The pinned Node first: it runs the functions.
      PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
      HOME: folder,
    },
  });
  process.on('exit', () => {
    stopGroup(child);
  });
  const url = `http://localhost:${port}`;
  await until(
    'MiniStack answers',
    async () => {
      if (child.exitCode !== null) throw new Error(`MiniStack ended:\n${textOf(log)}`);
      return (await isAnswering(url)) || undefined;
    },
    startsWithinMs,
  );
  return url;
}

function install(): void {
  console.log('Installing MiniStack into .venv-ministack: about ten seconds.');
  rmSync(environment, { recursive: true, force: true });
  run('python3', ['-m', 'venv', environment]);
  run(join(environment, 'bin/pip'), ['install', '--quiet', '--requirement', wanted]);
  // Last, so that an interrupted installation counts as none.
  copyFileSync(wanted, installed);
}

function run(command: string, args: string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  const reason = error?.message ?? stderr.trim().split('\n').at(-1);
  throw new Error(`MiniStack needs Python 3.10 with venv and PyPI: ${reason}`);
}

function stopGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
