import type { DatabaseSync } from 'node:sqlite';
import { limits } from '../../contract/limits/limits.ts';
import type { DeadLetter } from '../../core/dead-letters/dead-letter.ts';
import type { Clock, DeadLetterStore } from '../../core/ports.ts';
import { deadLetterPage } from '../dead-letter-page.ts';
import { inserted, picked, selected, type Values } from './file/columns.ts';
import type { Writer } from './file/writer.ts';

const fields = [
  'tenant',
  'id',
  'reason',
  'detail',
  'body',
  'receiveCount',
  'sentAt',
  'buriedAt',
  'redrivenAt',
] as const satisfies (keyof DeadLetter)[];

/** Sorts after every id. */
const afterAllIds = '~';

const fromRow = (row: Values) => ({ ...row }) as DeadLetter;

/** Stores a letter inside the caller's transaction. */
export function createBurial(database: DatabaseSync): (letter: DeadLetter) => void {
  const bury = database.prepare(
    `INSERT INTO dead_letters ${inserted(fields)} ON CONFLICT DO NOTHING`,
  );
  return (letter) => {
    bury.run(picked(letter, fields));
  };
}

export function createDeadLetterStore(
  database: DatabaseSync,
  writer: Writer,
  clock: Clock,
): DeadLetterStore {
  const bury = createBurial(database);
  const get = database.prepare(
    `SELECT ${selected(fields)} FROM dead_letters WHERE tenant = ? AND id = ? AND buried_at > ?`,
  );
  const list = database.prepare(
    `SELECT ${selected(fields)} FROM dead_letters WHERE tenant = ? AND id < ?
     ORDER BY id DESC LIMIT ?`,
  );
  const mark = database.prepare(
    'UPDATE dead_letters SET redriven_at = ? WHERE tenant = ? AND id = ? AND redriven_at IS NULL',
  );
  return {
    bury: (letter) => writer.write(() => bury(letter)),
    async find(tenant, ids) {
      return [...new Set(ids)].flatMap((id) => {
        const row = get.get(tenant, id, clock.now() - limits.deadLetterRetentionMs);
        return row === undefined ? [] : [fromRow(row)];
      });
    },
    list: (query) =>
      deadLetterPage(query, clock.now(), async (before, limit) => {
        const letters = list.all(query.tenant, before ?? afterAllIds, limit).map(fromRow);
        return { letters, isLast: letters.length < limit };
      }),
    markRedriven({ tenant, id }, at) {
      return writer.write(() => {
        return mark.run(at, tenant, id).changes === 0 ? 'superseded' : 'marked';
      });
    },
  };
}
