// `npm start` as a supervisor runs it: a signal to npm alone ends the server too, and its port and data are free.
import { spawn } from 'node:child_process';
import { onTestFinished, test } from 'vitest';
import { aDataDirectory } from '../support/data-directory.ts';
import { until } from '../support/until.ts';

const root = new URL('../..', import.meta.url).pathname;

function npmStart(dataDirectory: string) {
  const child = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, PORT: '0', DATA_DIR: dataDirectory },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const url = () => /Listening on (\S+)/.exec(output)?.[1];
  const pid = child.pid ?? 0;
  onTestFinished(() => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
  });
  return { pid, ended, url: () => until('it listens', url, 20_000) };
}

test.each([
  ['to npm alone', [1]],
  ['to its group', [-1]],
  ['to npm, twice', [1, 1]],
])(
  'SIGTERM %s ends the server',
  async (_, targets) => {
    const { path, remove } = aDataDirectory();
    onTestFinished(remove);
    const first = npmStart(path);
    const url = await first.url();
    for (const target of targets) process.kill(target * first.pid, 'SIGTERM');
    await first.ended;
    await until(
      'nobody listens',
      async () => ((await fetch(url).catch(() => null)) === null ? true : undefined),
      10_000,
    );
    // The data is free: another one starts on it.
    const second = npmStart(path);
    await second.url();
    process.kill(second.pid, 'SIGTERM');
    await second.ended;
  },
  60_000,
);
