// Opens the data file, and takes the lock that keeps a second server off it. They are separate
// because an operator's command may open the file while the server runs.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { dataFileName, lockFileName, makePrivate } from './data-file.ts';
import { migrate, schemaVersion, versionOf } from './migrate.ts';

/** Another process is serving the data directory. */
export class DataDirectoryInUseError extends Error {
  constructor(dataDirectory: string) {
    super(`The data directory ${dataDirectory} is in use by another process.`);
    this.name = 'DataDirectoryInUseError';
  }
}

/**
 * The data directory cannot be created, read or written, or a newer version of the service wrote
 * it.
 */
export class DataDirectoryUnusableError extends Error {
  constructor(dataDirectory: string, why: string, cause?: unknown) {
    super(`The data directory ${dataDirectory} cannot be used: ${why}.`, { cause });
    this.name = 'DataDirectoryUnusableError';
  }
}

const inMemory = ':memory:';
/** How long a write waits for another process, such as an operator's command. */
const busyTimeoutMs = 5_000;

/** Opens `webhooks.sqlite` in a directory, creating it if needed, or a database in memory. */
export function openDatabase(dataDirectory: string): DatabaseSync {
  return usable(dataDirectory, () => {
    const database = openFile(dataDirectory, dataFileName, busyTimeoutMs);
    try {
      // A commit is on disk before the caller is answered.
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      // Deleted and rotated secrets must not linger in free pages.
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

/** A larger file is not checked in full: that would add seconds to every start. */
const checkedBytesMax = 512 * 1024 * 1024;

function refuseDamaged(database: DatabaseSync, dataDirectory: string): void {
  if (dataDirectory !== inMemory) {
    const { size } = statSync(join(dataDirectory, dataFileName));
    if (size > checkedBytesMax) return;
  }
  const found = database.prepare('PRAGMA quick_check(1)').get();
  if (found?.['quick_check'] !== 'ok') throw new Error('its file is damaged');
}

/** An unreferenced lock would be garbage-collected, freeing the directory. */
const held = new Set<DatabaseSync>();

/**
 * Locks a directory for this process until `release`, or until the process ends in any way. The
 * lock is an open transaction on a separate file: the operating system frees it with the process.
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
  // It holds secrets and payloads: no other user of this machine may read it.
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(dataDirectory, name), { timeout });
  makePrivate(dataDirectory);
  return database;
}

/** Turns any SQLite or file system error into one sentence. */
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
