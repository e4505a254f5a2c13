// Once SQLite has found the file damaged, nothing more may be promised on it, even if writes
// elsewhere in the file would still succeed. Whichever statement detects it, even a read, it is
// remembered until the next start, which checks for itself.
import type { DatabaseSync } from 'node:sqlite';

const damageCodes = new Set([11, 26]); // CORRUPT, NOTADB: see sqlite.org/rescode
const primaryCodeBits = 0xff;

export type Damage = { wasFound(): boolean };

/** Watches all statements prepared from now on. */
export function watchForDamage(database: DatabaseSync): Damage {
  let found = false;
  const see = (cause: unknown): never => {
    if (cause instanceof Error && 'errcode' in cause) {
      found ||= damageCodes.has(Number(cause.errcode) & primaryCodeBits);
    }
    throw cause;
  };
  const watched = <Call extends (...args: never[]) => unknown>(call: Call): Call =>
    ((...args) => {
      try {
        return call(...args);
      } catch (cause) {
        return see(cause);
      }
    }) as Call;
  const prepare = watched(database.prepare.bind(database));
  database.prepare = (...args) => {
    const statement = prepare(...args);
    statement.get = watched(statement.get.bind(statement));
    statement.all = watched(statement.all.bind(statement));
    statement.run = watched(statement.run.bind(statement));
    const rows = statement.iterate.bind(statement);
    statement.iterate = function* iterate(...values: Parameters<typeof rows>) {
      try {
        yield* rows(...values);
      } catch (cause) {
        see(cause);
      }
    } as typeof statement.iterate;
    return statement;
  };
  return { wasFound: () => found };
}
