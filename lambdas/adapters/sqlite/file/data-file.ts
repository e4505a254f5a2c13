// Whether the data file is still the one at its path. An open file that was removed takes writes for as long as it is open,
// and loses them all when it is closed.
import { chmodSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const dataFileName = 'webhooks.sqlite';
export const lockFileName = 'lock.sqlite';
const companions = ['', '-wal', '-shm', '-journal'];

/** What SQLite keeps open: what is committed may be in the second alone, and the third says where. */
const served = [dataFileName, `${dataFileName}-wal`, `${dataFileName}-shm`];

/** True as long as what was opened is what others find there. To be asked for once the file was written to. */
export function presenceOf(dataDirectory: string): () => boolean {
  const paths = served.map((name) => join(dataDirectory, name));
  const opened = paths.map((path) => statSync(path));
  return () =>
    paths.every((path, index) => {
      const found = statSync(path, { throwIfNoEntry: false });
      const same = opened[index];
      if (found === undefined || found.ino !== same?.ino || found.dev !== same.dev) return false;
      // Nothing of SQLite's empties a data file that had something in it.
      return index > 0 || found.size > 0 || same.size === 0;
    });
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
