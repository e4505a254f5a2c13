// Group commit: the writes of one turn of the event loop share a transaction, and so one wait for the disk. Each
// runs in a savepoint, so that one that fails takes back nothing but itself.
import type { DatabaseSync } from 'node:sqlite';

export type Writer = {
  /** Runs `work` in the next transaction. Settles after its COMMIT, with what `work` returned or threw. */
  write<Result>(work: () => Result): Promise<Result>;
  /** Commits at once what waits. */
  flush(): void;
};

type Write = {
  /** Runs, and returns what to do once that is committed. */
  run(): () => void;
  reject(cause: unknown): void;
};

export function createWriter(database: DatabaseSync): Writer {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const savepoint = database.prepare('SAVEPOINT one_write');
  const release = database.prepare('RELEASE one_write');
  const rollback = database.prepare('ROLLBACK TO one_write');
  let waiting: Write[] = [];

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
      for (const write of writes) write.reject(cause);
    }
  }

  function attempt<Result>(work: () => Result): { result: Result } | { cause: unknown } {
    savepoint.run();
    try {
      return { result: work() };
    } catch (cause) {
      // Where the disk is full, for one, the whole transaction is gone: this throws, and all writes reject.
      rollback.run();
      return { cause };
    } finally {
      release.run();
    }
  }

  return {
    flush,
    write(work) {
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        const run = () => {
          const done = attempt(work);
          return () => ('cause' in done ? reject(done.cause) : resolve(done.result));
        };
        waiting.push({ run, reject });
      });
    },
  };
}
