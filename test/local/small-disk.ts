// Two ways to take the space of its disk away from a running server, and to give it back. Neither needs to be root.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readQueue } from './data-file.ts';
import type { Queue } from './data-file.ts';
import { newDataDirectory, startServer } from './setup.ts';
import type { RunningServer } from './setup.ts';

export type SmallDisk = {
  server: RunningServer;
  queue(): Queue;
  fill(): void;
  free(): void;
};

function runs(command: string, ...args: string[]): boolean {
  return spawnSync(command, args).status === 0;
}

/** The system's limit on the size of a file: what would grow a file beyond it fails with EFBIG. */
export const fileSizeLimit = {
  way: 'a limit on the size of its files',
  isPossible: runs('prlimit', '--version'),
  async start(): Promise<SmallDisk> {
    const dataDirectory = await newDataDirectory();
    const server = await startServer({ DATA_DIR: dataDirectory });
    const limitTo = (bytes: number | 'unlimited') => {
      const set = runs('prlimit', `--pid=${server.pid}`, `--fsize=${bytes}:`);
      if (!set) throw new Error('prlimit could not set the limit');
    };
    const log = join(dataDirectory, 'webhooks.sqlite-wal');
    return {
      server,
      queue: () => readQueue(dataDirectory),
      fill: () => limitTo(statSync(log).size),
      free: () => limitTo('unlimited'),
    };
  },
};

const mountThenRun = 'mount -t tmpfs -o size=8m tmpfs "$DATA_DIR" && exec "$@"';
const apart = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'] as const;

/** A file system of the server's own, in memory and small: what has no room in it fails with ENOSPC. */
export const smallFileSystem = {
  way: 'a full file system',
  isPossible: runs(...apart, 'mount -t tmpfs tmpfs /mnt'),
  async start(): Promise<SmallDisk> {
    const DATA_DIR = await newDataDirectory();
    const server = await startServer({ DATA_DIR }, { wrapper: [...apart, mountThenRun, 'sh'] });
    const filler = join(`/proc/${server.pid}/root`, DATA_DIR, 'filler');
    return {
      server,
      queue: () => queueWithin(server.pid, DATA_DIR),
      fill: () => appendUntilFull(filler),
      free: () => rmSync(filler),
    };
  },
};

/** Another process looks: SQLite would follow `/proc/…/root` to a path of this process's own. */
function queueWithin(pid: number, dataDirectory: string): Queue {
  const within = ['--user', '--mount', '--preserve-credentials', `--target=${pid}`];
  const module = JSON.stringify(new URL('data-file.ts', import.meta.url));
  const print = `import { readQueue } from ${module};
    console.log(JSON.stringify(readQueue(${JSON.stringify(dataDirectory)})))`;
  const command = [process.execPath, '--input-type=module', '--eval', print];
  return JSON.parse(
    execFileSync('nsenter', [...within, ...command], { encoding: 'utf8' }),
  ) as Queue;
}

function appendUntilFull(file: string): void {
  for (let bytes = 1024 * 1024; bytes >= 1024;) {
    try {
      appendFileSync(file, Buffer.alloc(bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      bytes /= 2;
    }
  }
}
