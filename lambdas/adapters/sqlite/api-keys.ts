import type { DatabaseSync } from 'node:sqlite';
import { limits } from '../../contract/limits/limits.ts';
import type { ApiKey } from '../../core/access/api-key.ts';
import type { ApiKeyStore } from '../../core/ports.ts';
import { inserted, selected, type Values } from './file/columns.ts';
import type { Writer } from './file/writer.ts';

const fields = [
  'tenant',
  'id',
  'name',
  'scopes',
  'hash',
  'createdAt',
] as const satisfies (keyof ApiKey)[];

function fromRow(row: Values): ApiKey {
  return { ...row, scopes: JSON.parse(row['scopes'] as string) } as ApiKey;
}

export function createApiKeyStore(database: DatabaseSync, writer: Writer): ApiKeyStore {
  const create = database.prepare(`INSERT INTO api_keys ${inserted(fields)}`);
  const get = database.prepare(`SELECT ${selected(fields)} FROM api_keys WHERE id = ?`);
  const list = database.prepare(
    `SELECT ${selected(fields)} FROM api_keys WHERE tenant = ? ORDER BY created_at DESC LIMIT ?`,
  );
  const remove = database.prepare('DELETE FROM api_keys WHERE tenant = ? AND id = ?');

  return {
    async create(key) {
      await writer.write(() => create.run({ ...key, scopes: JSON.stringify(key.scopes) }));
    },
    async get(id) {
      const row = get.get(id);
      return row === undefined ? undefined : fromRow(row);
    },
    async list(tenant) {
      return list.all(tenant, limits.apiKeysMax).map(fromRow);
    },
    remove(tenant, id) {
      return writer.write(() => remove.run(tenant, id).changes !== 0);
    },
  };
}
