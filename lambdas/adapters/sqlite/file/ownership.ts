// Which process the data belongs to. The lock file keeps a second server off, unless somebody removes it; so the data
// itself says whose it is: whoever came last. The other one notices with its next write, and ends.
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

export type Ownership = {
  /** To be asked inside a transaction. */
  isOurs(): boolean;
};

export function takeOwnership(database: DatabaseSync): Ownership {
  const boot = randomUUID();
  database.prepare('INSERT OR REPLACE INTO owner (only_one, boot) VALUES (1, ?)').run(boot);
  const owner = database.prepare('SELECT boot FROM owner');
  return { isOurs: () => owner.get()?.['boot'] === boot };
}
