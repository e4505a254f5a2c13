// Whether the data file is still the one at its path. A removed file accepts writes while it is
// open, and loses them all when it is closed.
import { chmodSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const dataFileName = 'webhooks.sqlite';
export const lockFileName = 'lock.sqlite';
const companions = ['', '-wal', '-shm', '-journal'];

/**
 * The files that SQLite keeps open: commits may be only in the second, and the third indexes it.
 */
const served = [dataFileName, `${dataFileName}-wal`, `${dataFileName}-shm`];

/**
 * True while the opened file is the one that others find there. Ask only once the file has been
 * written to.
 */
export function presenceOf(dataDirectory: string): () => boolean {
  const paths = served.map((name) => join(dataDirectory, name));
  const opened = paths.map((path) => statSync(path));
  return () =>
    paths.every((path, index) => {
      const found = statSync(path, { throwIfNoEntry: false });
      const same = opened[index];
      if (found === undefined || found.ino !== same?.ino || found.dev !== same.dev) return false;
      // SQLite never empties a non-empty data file.
      return index > 0 || found.size > 0 || same.size === 0;
    });
}

/** They hold secrets and payloads, and whatever created them may have used laxer permissions. */
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
