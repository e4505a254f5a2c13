// Opening the data file, and the lock that keeps a second server off it. They are apart because an operator's
// command may open the file while the server runs.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { dataFileName, lockFileName, makePrivate } from './data-file.ts';
import { migrate, schemaVersion, versionOf } from './migrate.ts';

/** Another process serves the data directory. */
export class DataDirectoryInUseError extends Error {
  constructor(dataDirectory: string) {
    super(`The data directory ${dataDirectory} is in use by another process.`);
    this.name = 'DataDirectoryInUseError';
  }
}

/** The data directory cannot be made, read or written, or a newer version of the service wrote it. */
export class DataDirectoryUnusableError extends Error {
  constructor(dataDirectory: string, why: string, cause?: unknown) {
    super(`The data directory ${dataDirectory} cannot be used: ${why}.`, { cause });
    this.name = 'DataDirectoryUnusableError';
  }
}

const inMemory = ':memory:';
/** How long a write waits for another process's, such as an operator's command. */
const busyTimeoutMs = 5_000;

/** Opens `webhooks.sqlite` in a directory, which is made where there is none, or a database in memory. */
export function openDatabase(dataDirectory: string): DatabaseSync {
  return usable(dataDirectory, () => {
    const database = openFile(dataDirectory, dataFileName, busyTimeoutMs);
    try {
      // A commit is on the disk before it is answered.
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      // What was deleted or rotated away does not stay behind in free pages.
      database.exec('PRAGMA secure_delete = ON');
      refuseDamaged(database, dataDirectory);
      migrate(database);
      if (versionOf(database) > schemaVersion) {
        throw new Error('a newer version of this service wrote it');
      }
      return database;
    } catch (cause) {
      database.close();
      throw cause;
    }
  });
}

/** A larger file is not read through: that would take seconds of every start. */
const checkedBytesMax = 512 * 1024 * 1024;

function refuseDamaged(database: DatabaseSync, dataDirectory: string): void {
  if (dataDirectory !== inMemory) {
    const { size } = statSync(join(dataDirectory, dataFileName));
    if (size > checkedBytesMax) return;
  }
  const found = database.prepare('PRAGMA quick_check(1)').get();
  if (found?.['quick_check'] !== 'ok') throw new Error('its file is damaged');
}

/** A lock that nobody refers to any more would be collected, and free the directory. */
const held = new Set<DatabaseSync>();

/**
 * Takes a directory for this process until `release`, or until the process ends, however it does. The lock is an
 * open transaction on a file of its own: the operating system frees it with the process.
 */
export function lockDataDirectory(dataDirectory: string): { release(): void } {
  return usable(dataDirectory, () => {
    const lock = openFile(dataDirectory, lockFileName, 0);
    try {
      lock.exec('BEGIN EXCLUSIVE');
      held.add(lock);
      return {
        release() {
          held.delete(lock);
          lock.close();
        },
      };
    } catch (cause) {
      lock.close();
      throw isBusy(cause) ? new DataDirectoryInUseError(dataDirectory) : cause;
    }
  });
}

function openFile(dataDirectory: string, name: string, timeout: number): DatabaseSync {
  if (dataDirectory === inMemory) return new DatabaseSync(inMemory, { timeout });
  // It holds secrets and payloads: nobody else on this machine may read it.
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(dataDirectory, name), { timeout });
  makePrivate(dataDirectory);
  return database;
}

/** Turns whatever SQLite or the file system says into one sentence. */
export function usable<Result>(dataDirectory: string, open: () => Result): Result {
  try {
    return open();
  } catch (cause) {
    if (cause instanceof DataDirectoryInUseError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DataDirectoryUnusableError(dataDirectory, why, cause);
  }
}

function isBusy(cause: unknown): boolean {
  const sqliteBusy = 5;
  return cause instanceof Error && 'errcode' in cause && cause.errcode === sqliteBusy;
}
