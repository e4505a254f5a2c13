// Group commit: the writes of one turn of the event loop share a transaction, and so one wait for the disk. Each
// runs in a savepoint, so that one that fails takes back nothing but itself.
import type { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../core/port-errors.ts';
import { schemaVersion } from './migrate.ts';

export type Writer = {
  /**
   * Runs `work` in the next transaction. Settles after its COMMIT, with what `work` returned or threw; rejects with
   * `UnavailableError` where the file cannot be written.
   */
  write<Result>(work: () => Result): Promise<Result>;
  /** True unless a write failed for want of the file, and a new try fails too. */
  canWrite(): Promise<boolean>;
  /** Commits at once what waits. */
  flush(): void;
};

type Write = {
  /** Runs, and returns what to do once that is committed. */
  run(): () => void;
  reject(cause: unknown): void;
};

/** Primary result codes of SQLite that tell of the file's state, and not of the statement's: see sqlite.org/rescode. */
const codesOfTheFile = new Set([5, 8, 10, 13, 14]); // BUSY, READONLY, IOERR, FULL, CANTOPEN

function isOfTheFile(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('errcode' in cause)) return false;
  const primaryCodeBits = 0xff;
  return codesOfTheFile.has(Number(cause.errcode) & primaryCodeBits);
}

export function createWriter(database: DatabaseSync): Writer {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const savepoint = database.prepare('SAVEPOINT one_write');
  const release = database.prepare('RELEASE one_write');
  const rollback = database.prepare('ROLLBACK TO one_write');
  let waiting: Write[] = [];
  let hasFailed = false;

  function flush(): void {
    const writes = waiting;
    if (writes.length === 0) return;
    waiting = [];
    try {
      begin.run();
      const settle = writes.map((write) => write.run());
      commit.run();
      for (const done of settle) done();
    } catch (cause) {
      if (database.isTransaction) database.exec('ROLLBACK');
      const error = isOfTheFile(cause)
        ? new UnavailableError('The data file cannot be written now', cause)
        : cause;
      hasFailed ||= error !== cause;
      for (const write of writes) write.reject(error);
    }
  }

  function attempt<Result>(work: () => Result): { result: Result } | { cause: unknown } {
    savepoint.run();
    try {
      const result = work();
      release.run();
      return { result };
    } catch (cause) {
      // Where the disk is full, for one, the whole transaction is gone, and all its writes reject.
      if (!database.isTransaction) throw cause;
      rollback.run();
      release.run();
      return { cause };
    }
  }

  function write<Result>(work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      const run = () => {
        const done = attempt(work);
        return () => ('cause' in done ? reject(done.cause) : resolve(done.result));
      };
      waiting.push({ run, reject });
    });
  }

  return {
    flush,
    write,
    async canWrite() {
      if (!hasFailed) return true;
      try {
        // Changes nothing, and writes a page all the same. Transactions without a change prove nothing.
        await write(() => database.exec(`PRAGMA user_version = ${schemaVersion}`));
        hasFailed = false;
      } catch {
        // Still so.
      }
      return !hasFailed;
    },
  };
}
