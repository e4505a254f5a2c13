// The local server as its users run it: a process of its own, on a free port, with a data directory of its own.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;
const startsWithinMs = 20_000;

export type Ended = { code: number | null; signal: NodeJS.Signals | null };

export type LocalServer = {
  url: string;
  pid: number;
  /** Standard output and error so far. */
  output(): string;
  ended: Promise<Ended>;
  /** Sends the signal and resolves when the process has ended. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
};

type Environment = Readonly<Record<string, string>>;

export type StartOptions = {
  /** One that starts the server with something about it changed. */
  script?: string;
  /** A command that runs the one which follows it, as the same process. */
  wrapper?: readonly string[];
};

type Run = { process: ChildProcess; output(): string; ended: Promise<Ended> };

/** Nothing of the tests' own environment may reach the server. */
function run(commandLine: readonly string[], environment: Environment): Run {
  const [command = '', ...args] = commandLine;
  const child = spawn(command, args, {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  return { process: child, output: () => output, ended };
}

/** Runs a script to its end. */
export async function runToEnd(
  script: string,
  environment: Environment,
  args: readonly string[] = [],
): Promise<Ended & { output: string }> {
  const { output, ended } = run([process.execPath, join(root, script), ...args], environment);
  const { code, signal } = await ended;
  return { code, signal, output: output() };
}

export async function startLocalServer(
  environment: Environment,
  { script = 'bin/local.ts', wrapper = [] }: StartOptions = {},
): Promise<LocalServer> {
  const commandLine = [...wrapper, process.execPath, join(root, script)];
  const { process: child, output, ended } = run(commandLine, { PORT: '0', ...environment });
  const url = await new Promise<string>((resolve, reject) => {
    const give = (why: string) => reject(new Error(`${why}:\n${output()}`));
    const timer = setTimeout(() => give('The local server did not start'), startsWithinMs);
    child.stdout?.on('data', () => {
      const found = /^Listening on (http:\S+)/m.exec(output())?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
    void ended.then(() => give('The local server ended'));
  });
  return {
    url,
    pid: child.pid!,
    output,
    ended,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** A new directory and the way to remove it. */
export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'webhook-delivery-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
