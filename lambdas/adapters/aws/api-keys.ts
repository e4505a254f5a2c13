// API keys: one item each, found by the id in the key's text. All tenants share one partition,
// since a key is looked up before its tenant is known.
import * as z from 'zod';
import { limits } from '../../contract/limits/limits.ts';
import { scopes } from '../../core/access/api-key.ts';
import type { ApiKey } from '../../core/access/api-key.ts';
import type { ApiKeyStore } from '../../core/ports.ts';
import { isApplied } from './table/dynamo-table.ts';
import type { DynamoTable } from './table/dynamo-table.ts';
import { isAbsent } from './table/expressions.ts';
import type { Item } from './deliveries/item-size.ts';
import { apiKeyPartition } from './table/keys.ts';

/** Ids are hexadecimal. */
const allIds = { from: '0', to: 'g' };

const storedKey = z.object({
  tenant: z.string(),
  sk: z.string(),
  name: z.string().nullable(),
  scopes: z.array(z.enum(scopes)),
  hash: z.string(),
  created_at: z.number(),
});

function decode(item: Item): ApiKey {
  const { tenant, sk: id, name, scopes: granted, hash, created_at } = storedKey.parse(item);
  return { tenant, id, name, scopes: granted, hash, createdAt: created_at };
}

export function openApiKeys(table: DynamoTable): ApiKeyStore {
  const keyOf = (id: string) => ({ pk: apiKeyPartition, sk: id });

  return {
    async create({ tenant, id, name, scopes: granted, hash, createdAt }) {
      const item = { ...keyOf(id), tenant, name, scopes: granted, hash, created_at: createdAt };
      const result = await table.put(item, isAbsent);
      const created = await isApplied(
        result,
        async () => (await table.get(keyOf(id)))?.['hash'] === hash,
      );
      if (!created) throw new Error('The API key id is taken');
    },

    async get(id) {
      const item = await table.get(keyOf(id));
      return item === undefined ? undefined : decode(item);
    },

    async list(tenant) {
      const found: ApiKey[] = [];
      let startKey: Item | undefined;
      do {
        const range = { ...allIds, partition: apiKeyPartition, newestFirst: true, startKey };
        const page = await table.query(range);
        found.push(...page.items.map(decode).filter((key) => key.tenant === tenant));
        startKey = page.nextKey;
      } while (startKey !== undefined);
      return found
        .toSorted((left, right) => right.createdAt - left.createdAt)
        .slice(0, limits.apiKeysMax);
    },

    async remove(tenant, id) {
      const isTheirs = { that: '#tenant = :tenant', values: { ':tenant': tenant } };
      return isApplied(await table.remove(keyOf(id), isTheirs), () => Promise.resolve(true));
    },
  };
}
