// Reads several partitions as one list, in the order of their sort keys.
import type { DynamoTable, RangeQuery } from './dynamo-table.ts';
import type { Item } from '../deliveries/item-size.ts';

/** Returns the next item, or undefined at the end. */
export type ItemStream = () => Promise<Item | undefined>;

type Source = { partition: string; buffer: Item[]; nextKey: Item | undefined; started: boolean };

/**
 * Sort keys are unique across the partitions. `limit` is how many items to read per partition at
 * once.
 */
export function mergedQuery(
  table: Pick<DynamoTable, 'query'>,
  partitions: readonly string[],
  range: Omit<RangeQuery, 'partition' | 'startKey'>,
): ItemStream {
  const sources = partitions.map((partition): Source => ({
    partition,
    buffer: [],
    nextKey: undefined,
    started: false,
  }));

  async function fill(source: Source): Promise<void> {
    // An empty page need not be the last.
    while (source.buffer.length === 0 && (!source.started || source.nextKey !== undefined)) {
      const { partition, nextKey: startKey } = source;
      const page = await table.query({ ...range, partition, startKey });
      source.started = true;
      source.buffer = page.items;
      source.nextKey = page.nextKey;
    }
  }

  function isBefore(left: Item, right: Item): boolean {
    return range.newestFirst ? left.sk > right.sk : left.sk < right.sk;
  }

  return async () => {
    await Promise.all(sources.map(fill));
    let first: Source | undefined;
    for (const source of sources) {
      const [head] = source.buffer;
      const [best] = first?.buffer ?? [];
      if (head !== undefined && (best === undefined || isBefore(head, best))) first = source;
    }
    return first?.buffer.shift();
  };
}
