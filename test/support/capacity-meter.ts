// Counts the read and write units that a client consumes. dynalite reports those of the table itself, and nothing
// for an index on a write. So the units of indexes are computed here by AWS's rules from the items before and after
// each write: an entry that appears, disappears or changes costs a write, one that moves to other keys costs two.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { table } from '../../lambdas/contract/table.ts';

type Item = Record<string, unknown>;
type Input = { TableName: string; Key?: Item; Item?: Item };

export type Units = { read: number; tableWrite: number; indexWrite: number };

export type CapacityMeter = {
  /** What was consumed since the last time this was called. */
  take(): Units;
};

const none = (): Units => ({ read: 0, tableWrite: 0, indexWrite: 0 });

/** @param plain another client of the same database, which is not counted */
export function meterCapacity(client: DynamoDBClient, plain: DynamoDBClient): CapacityMeter {
  const documents = DynamoDBDocumentClient.from(plain);
  let units = none();

  async function read({ TableName, Key, Item }: Input): Promise<Item | undefined> {
    const { partitionKey, sortKey } = table;
    const { [partitionKey]: pk, [sortKey]: sk } = Key ?? Item ?? {};
    const found = { TableName, Key: { [partitionKey]: pk, [sortKey]: sk }, ConsistentRead: true };
    return (await documents.send(new GetCommand(found))).Item;
  }

  client.middlewareStack.add(
    (next, context) => async (args) => {
      // What the document client was given: plain values, not yet the ones of the wire.
      const input = args.input as unknown as Input;
      const isWrite = /^(Put|Update|Delete)/.test(context.commandName ?? '');
      const before = isWrite ? await read(input) : undefined;
      const metered = { ...args.input, ReturnConsumedCapacity: 'TOTAL' as const };
      const result = await next({ ...args, input: metered });
      const consumed = consumedBy(result.output);
      if (isWrite) {
        const after = await read(input);
        units.tableWrite += consumed;
        units.indexWrite += indexUnits(before, after);
      } else {
        units.read += consumed;
      }
      return result;
    },
    { step: 'serialize', name: 'meterCapacity', priority: 'high' },
  );
  return {
    take() {
      const taken = units;
      units = none();
      return taken;
    },
  };
}

/** A batch reports one figure per table. */
function consumedBy(output: object): number {
  const { ConsumedCapacity } = output as { ConsumedCapacity?: unknown };
  const parts = [ConsumedCapacity].flat() as { CapacityUnits: number }[];
  return parts.reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
}

/** Entries of the indexes are far below 1 KB, so each write of one is one unit. */
function indexUnits(before: Item | undefined, after: Item | undefined): number {
  return Object.values(table.indexes)
    .map((index) => [entryOf(index, before), entryOf(index, after)])
    .reduce((sum, [old, fresh]) => {
      if (old?.text === fresh?.text) return sum;
      const isMoved = old?.key !== fresh?.key;
      return sum + (isMoved ? Number(old !== undefined) + Number(fresh !== undefined) : 1);
    }, 0);
}

type Index = (typeof table.indexes)[keyof typeof table.indexes];

/** What the index has of an item: nothing unless the item has both of its keys. */
function entryOf(index: Index, item: Item | undefined): { key: string; text: string } | undefined {
  const keys = [item?.[index.partitionKey], item?.[index.sortKey]];
  if (item === undefined || keys.includes(undefined)) return undefined;
  const others = index.alsoHolds.map((name) => item[name]);
  return { key: JSON.stringify(keys), text: JSON.stringify([keys, others]) };
}
