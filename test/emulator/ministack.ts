// Starts MiniStack out of a virtual environment of this repository's own, on a free port and with a folder of its
// own for all state, so that no run sees another.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { textOf } from '../support/text-of.ts';
import { freePort, startServer } from './server-process.ts';

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
  const url = `http://localhost:${port}`;
  await startServer({
    name: 'MiniStack',
    command: [join(environment, 'bin/ministack')],
    env: {
      ...Object.fromEntries(folders),
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      // The pinned Node first: it runs the functions.
      PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
      HOME: folder,
    },
    log,
    url,
    startsWithinMs,
  });
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
