// Which process owns the data. The lock file keeps a second server off unless somebody removes it;
// so the data itself records its owner: the latest process. The other one notices at its next
// write, and exits.
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

export type Ownership = {
  /** Call inside a transaction. */
  isOurs(): boolean;
};

export function takeOwnership(database: DatabaseSync): Ownership {
  const boot = randomUUID();
  database.prepare('INSERT OR REPLACE INTO owner (only_one, boot) VALUES (1, ?)').run(boot);
  const owner = database.prepare('SELECT boot FROM owner');
  return { isOurs: () => owner.get()?.['boot'] === boot };
}
