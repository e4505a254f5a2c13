// What the stores of versioned resources share: an item is created once, replaced on the condition that its version is the
// one that was read, and listed newest first.
import { isDeepStrictEqual } from 'node:util';
import type { Page } from '../../../core/shared/page.ts';
import { makeCursor, readCursor } from '../../cursor.ts';
import type { Item } from '../deliveries/item-size.ts';
import { isApplied } from './dynamo-table.ts';
import type { DynamoTable } from './dynamo-table.ts';
import { isAbsent } from './expressions.ts';
import type { ItemKey } from './keys.ts';

type Versioned<Id> = { tenant: string; id: Id; version: number };

export type Resource<Id extends string, Value extends Versioned<Id>> = {
  /** In the plural: a part of the cursors of its lists. */
  name: string;
  partitionOf: (tenant: string) => string;
  /** Bounds of the partition's sort keys. */
  allIds: { from: string; to: string };
  isId: (text: string) => text is Id;
  encode: (value: Value) => Item;
  decode: (item: Item) => Value;
};

export function versionedItems<Id extends string, Value extends Versioned<Id>>(
  table: DynamoTable,
  { name, partitionOf, allIds, isId, encode, decode }: Resource<Id, Value>,
) {
  const keyOf = (tenant: string, id: Id): ItemKey => ({ pk: partitionOf(tenant), sk: id });

  async function get(tenant: string, id: Id): Promise<Value | undefined> {
    const item = await table.get(keyOf(tenant, id));
    return item === undefined ? undefined : decode(item);
  }

  /** Asked where the answer to an earlier try of the same write was lost. */
  const isStored = async (value: Value) =>
    isDeepStrictEqual(await get(value.tenant, value.id), value);

  return {
    get,

    async create(value: Value): Promise<void> {
      const result = await table.put(encode(value), isAbsent);
      if (await isApplied(result, () => isStored(value))) return;
      throw new Error(`An id among the ${name} is taken`);
    },

    async replace(before: Value, after: Value): Promise<'replaced' | 'superseded'> {
      const result = await table.put(encode(after), {
        that: '#version = :before',
        values: { ':before': before.version },
      });
      return (await isApplied(result, () => isStored(after))) ? 'replaced' : 'superseded';
    },

    async list(
      tenant: string,
      { limit, cursor }: { limit: number; cursor: string | null },
    ): Promise<Page<Value>> {
      const list = [name, tenant];
      const partition = partitionOf(tenant);
      const position = cursor === null ? null : readCursor(list, cursor, isId);
      const { items, nextKey } = await table.query({
        ...allIds,
        partition,
        newestFirst: true,
        // One more than a page tells whether there is another.
        limit: limit + 1,
        startKey: position === null ? undefined : { pk: partition, sk: position },
      });
      const shown = items.slice(0, limit).map(decode);
      const last = shown.at(-1);
      const isLast = last === undefined || (items.length <= limit && nextKey === undefined);
      return { items: shown, nextCursor: isLast ? null : makeCursor(list, last.id) };
    },
  };
}
