// Brings the tables of a file up to date.
import type { DatabaseSync } from 'node:sqlite';
import { migrations } from './schema.ts';

export const schemaVersion = migrations.length;

export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

/** Brings the tables up to date. Two processes may do so concurrently. */
export function migrate(database: DatabaseSync): void {
  if (versionOf(database) >= schemaVersion) return;
  database.exec('BEGIN IMMEDIATE');
  for (const migration of migrations.slice(versionOf(database))) database.exec(migration);
  database.exec(`PRAGMA user_version = ${schemaVersion}; COMMIT`);
}
