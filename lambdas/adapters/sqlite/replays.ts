import type { DatabaseSync } from 'node:sqlite';
import { isReplayId } from '../../core/ids.ts';
import type { Clock, ReplayStore } from '../../core/ports.ts';
import type { ReplayJob } from '../../core/replays/replay-job.ts';
import { makeCursor, readCursor } from '../cursor.ts';
import { assigned, inserted, selected, type Values } from './file/columns.ts';
import type { Writer } from './file/writer.ts';

const fields = [
  'tenant',
  'id',
  'filters',
  'perSecond',
  'state',
  'matched',
  'examined',
  'replayed',
  'skipped',
  'remaining',
  'cursor',
  'step',
  'nextDueAt',
  'createdAt',
  'updatedAt',
  'completedAt',
  'expiresAt',
  'version',
] as const satisfies (keyof ReplayJob)[];

/** Sorts after every id. */
const afterAllIds = '~';

function toRow({ filters, remaining, ...plain }: ReplayJob): Values {
  return { ...plain, filters: JSON.stringify(filters), remaining: JSON.stringify(remaining) };
}

function fromRow({ filters, remaining, ...plain }: Values): ReplayJob {
  const json = {
    filters: JSON.parse(filters as string),
    remaining: JSON.parse(remaining as string),
  };
  return { ...plain, ...json } as ReplayJob;
}

const isKept = '(expires_at IS NULL OR expires_at > ?)';

export function createReplayStore(
  database: DatabaseSync,
  writer: Writer,
  clock: Clock,
): ReplayStore {
  const create = database.prepare(`INSERT INTO replays ${inserted(fields)} ON CONFLICT DO NOTHING`);
  const get = database.prepare(
    `SELECT ${selected(fields)} FROM replays WHERE tenant = ? AND id = ? AND ${isKept}`,
  );
  const list = database.prepare(
    `SELECT ${selected(fields)} FROM replays WHERE tenant = ? AND id < ? AND ${isKept}
     ORDER BY id DESC LIMIT ?`,
  );
  const replace = database.prepare(
    `UPDATE replays SET ${assigned(fields)}
     WHERE tenant = :tenant AND id = :id AND version = :versionBefore`,
  );
  const countOpen = database.prepare(
    `SELECT count(*) AS count FROM replays WHERE tenant = ? AND state IN ('running', 'paused')`,
  );

  return {
    create(job) {
      return writer.write(() => {
        const { changes } = create.run(toRow(job));
        if (changes === 0) throw new Error(`The id ${job.id} is taken`);
      });
    },
    async get(tenant, id) {
      const row = get.get(tenant, id, clock.now());
      return row === undefined ? undefined : fromRow(row);
    },
    async list(tenant, { limit, cursor }) {
      const before =
        cursor === null ? afterAllIds : readCursor(['replays', tenant], cursor, isReplayId);
      const found = list.all(tenant, before, clock.now(), limit + 1).map(fromRow);
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const isMore = found.length > limit && last !== undefined;
      return { items, nextCursor: isMore ? makeCursor(['replays', tenant], last.id) : null };
    },
    replace(before, after) {
      return writer.write(() => {
        const values = { ...toRow(after), versionBefore: before.version };
        return replace.run(values).changes === 0 ? 'superseded' : 'replaced';
      });
    },
    async countOpen(tenant) {
      return Number(countOpen.get(tenant)?.['count']);
    },
  };
}
