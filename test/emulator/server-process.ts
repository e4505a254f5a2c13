// A server that a run starts for itself and ends with itself, with whatever processes it starts in its turn.
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { isAnswering } from './endpoint.ts';

const endsWithinMs = 30_000;

export type ServerProcess = {
  /** Asks it and all that it started to end, and ends what does not. */
  stop(): Promise<void>;
};

type Options = {
  name: string;
  command: readonly [string, ...string[]];
  env: NodeJS.ProcessEnv;
  /** A file for all that it says. */
  log: string;
  /** Where it answers once it is ready. */
  url: string;
  startsWithinMs: number;
};

/** Resolves when it answers. */
export async function startServer(options: Options): Promise<ServerProcess> {
  const { name, command, env, log, url, startsWithinMs } = options;
  const [file, ...args] = command;
  const output = openSync(log, 'a');
  const child = spawn(file, args, { detached: true, stdio: ['ignore', output, output], env });
  let failure: Error | undefined;
  child.on('error', (error) => (failure = error));
  let isOver = false;
  process.on('exit', () => {
    if (!isOver) signal(allOf(child), 'SIGKILL');
  });
  await until(
    `${name} answers at ${url}`,
    async () => {
      if (failure !== undefined) throw failure;
      if (hasEnded(child)) throw new Error(`${name} ended:\n${readFileSync(log, 'utf8')}`);
      return (await isAnswering(url)) || undefined;
    },
    startsWithinMs,
  );
  return {
    async stop() {
      const all = allOf(child);
      signal(all, 'SIGTERM');
      const givesUpAt = Date.now() + endsWithinMs;
      while (signal(all, 0) && Date.now() < givesUpAt) await wait(100);
      signal(all, 'SIGKILL');
      isOver = true;
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

/** Its process group, and what it started beyond that: LocalStack gives its DynamoDB a session of its own. */
function allOf({ pid }: ChildProcess): number[] {
  if (pid === undefined) return [];
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = new Set([pid]);
  // A set that grows is walked to its end.
  for (const parent of found) {
    for (const [child = 0, itsParent] of pairs) if (itsParent === parent) found.add(child);
  }
  return [-pid, ...found];
}

/** True when there was one of them left; 0 only asks. */
function signal(pids: readonly number[], name: NodeJS.Signals | 0): boolean {
  const reached = pids.map((pid) => {
    try {
      return process.kill(pid, name);
    } catch {
      return false;
    }
  });
  return reached.includes(true);
}
