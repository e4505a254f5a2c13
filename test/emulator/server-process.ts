// A server that a run starts for itself and ends with itself, with whatever processes it starts in its turn.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { isAnswering } from './endpoint.ts';

const endsWithinMs = 30_000;

export type ServerProcess = {
  /** Asks it to end, and ends it where it does not. */
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
  // What it starts is in the same process group, and ends with it.
  const child = spawn(file, args, { detached: true, stdio: ['ignore', output, output], env });
  let failure: Error | undefined;
  child.on('error', (error) => (failure = error));
  process.on('exit', () => signal(child, 'SIGKILL'));
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
      if (hasEnded(child)) return;
      const ended = once(child, 'exit');
      signal(child, 'SIGTERM');
      await Promise.race([ended, wait(endsWithinMs, undefined, { ref: false })]);
      signal(child, 'SIGKILL');
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

/** To the whole group, whose other members may outlive the first. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // All have ended.
  }
}
