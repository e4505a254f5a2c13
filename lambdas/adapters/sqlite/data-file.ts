// Whether the data file is still the one at its path. An open file that was removed takes writes for as long as it is open,
// and loses them all when it is closed.
import { chmodSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const dataFileName = 'webhooks.sqlite';
export const lockFileName = 'lock.sqlite';
const companions = ['', '-wal', '-shm', '-journal'];

/** True as long as what was opened is what others find there. */
export function presenceOf(dataDirectory: string): () => boolean {
  const path = join(dataDirectory, dataFileName);
  const opened = statSync(path);
  return () => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found !== undefined && found.ino === opened.ino && found.dev === opened.dev;
  };
}

/** They hold secrets and payloads, and may have been made by whatever had another idea of who may read them. */
export function makePrivate(dataDirectory: string): void {
  for (const name of [dataFileName, lockFileName].flatMap(withCompanions)) {
    const path = join(dataDirectory, name);
    if (!existsSync(path)) continue;
    const { mode } = statSync(path);
    const othersBits = 0o077;
    if ((mode & othersBits) !== 0) chmodSync(path, mode & ~othersBits & 0o777);
  }
}

function withCompanions(name: string): string[] {
  return companions.map((ending) => name + ending);
}
