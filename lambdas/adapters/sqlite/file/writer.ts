// Group commit: the writes of one event-loop turn share a transaction, and so one wait for the
// disk. Each runs in a savepoint, so that a failing one rolls back only itself.
import type { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../../core/shared/port-errors.ts';
import { schemaVersion } from './migrate.ts';

export type Writer = {
  /**
   * Runs `work` in the next transaction. Settles after its COMMIT, with what `work` returned or
   * threw; rejects with `UnavailableError` if the file cannot be written.
   */
  write<Result>(work: () => Result): Promise<Result>;
  /** True unless a write failed because of the file, and a new try fails too. */
  canWrite(): Promise<boolean>;
  /** Commits pending writes immediately. */
  flush(): void;
};

type Write = {
  /** Runs, and returns what to do after the commit. */
  run(): () => void;
  reject(cause: unknown): void;
};

/** Primary SQLite result codes that concern the file, not the statement: see sqlite.org/rescode. */
const codesOfTheFile = new Set([5, 8, 10, 11, 13, 14, 26]); // BUSY, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB

/** The file belongs to another process, was removed, or is damaged. */
class GoneError extends Error {}

function isOfTheFile(cause: unknown): boolean {
  if (cause instanceof GoneError) return true;
  if (!(cause instanceof Error) || !('errcode' in cause)) return false;
  const primaryCodeBits = 0xff;
  return codesOfTheFile.has(Number(cause.errcode) & primaryCodeBits);
}

export type WriterGuards = {
  /** False once the file is no longer the one at its path. */
  isPresent?: () => boolean;
  /** False once the file was found damaged. */
  isSound?: () => boolean;
  /** False once another process serves the file. Asked inside each transaction. */
  isOurs?: () => boolean;
  /** Called once when that happens. */
  onTaken?: () => void;
};

/** Runs one write in a savepoint. */
function createAttempt(database: DatabaseSync) {
  const savepoint = database.prepare('SAVEPOINT one_write');
  const release = database.prepare('RELEASE one_write');
  const rollback = database.prepare('ROLLBACK TO one_write');
  return <Result>(work: () => Result): { result: Result } | { cause: unknown } => {
    savepoint.run();
    try {
      const result = work();
      release.run();
      return { result };
    } catch (cause) {
      // On a full disk, for example, the whole transaction is lost, and all its writes reject.
      if (!database.isTransaction) throw cause;
      rollback.run();
      release.run();
      return { cause };
    }
  };
}

const unguarded = {
  isPresent: () => true,
  isSound: () => true,
  isOurs: () => true,
  onTaken: () => {},
};

export function createWriter(database: DatabaseSync, guards: WriterGuards = {}): Writer {
  const { isPresent, isSound, isOurs, onTaken } = { ...unguarded, ...guards };
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const attempt = createAttempt(database);
  let waiting: Write[] = [];
  let hasFailed = false;

  function committed(writes: readonly Write[]): (() => void)[] {
    begin.run();
    if (!isOurs()) {
      onTaken();
      throw new GoneError();
    }
    const settle = writes.map((write) => write.run());
    if (!isSound()) throw new GoneError();
    commit.run();
    // Writes to a file that has been removed are lost.
    if (!isPresent()) throw new GoneError();
    return settle;
  }

  function flush(): void {
    const writes = waiting;
    if (writes.length === 0) return;
    waiting = [];
    try {
      for (const done of committed(writes)) done();
    } catch (cause) {
      if (database.isTransaction) database.exec('ROLLBACK');
      const error = isOfTheFile(cause)
        ? new UnavailableError('The data file cannot currently be written', cause)
        : cause;
      hasFailed ||= error !== cause;
      for (const write of writes) write.reject(error);
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
      if (!hasFailed && isPresent() && isSound()) return true;
      try {
        // Changes nothing, but writes a page. Transactions without a change prove nothing.
        await write(() => database.exec(`PRAGMA user_version = ${schemaVersion}`));
        hasFailed = false;
      } catch {
        // Still failing.
      }
      return !hasFailed;
    },
  };
}
