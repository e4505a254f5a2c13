// Counts the read and write units that a client consumes: what the database reports, and beside it what each write costs
// by AWS's rules, computed from the items before and after it. dynalite reports nothing for an index on a write, so the
// units of indexes are the computed ones; DynamoDB Local reports both, and test/dynamodb-local compares them.
import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { itemBytes, type Item } from '../../lambdas/adapters/aws/deliveries/item-size.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { table } from '../../lambdas/contract/table.ts';

type Input = { TableName: string; Key?: Item; Item?: Item };

export type Units = { read: number; tableWrite: number; indexWrite: number };

/** Units of a write by where they were consumed. */
export type UnitsByPlace = Record<'table' | keyof typeof table.indexes, number>;

export type MeteredWrite = { call: string; reported: UnitsByPlace; computed: UnitsByPlace };

export type CapacityMeter = {
  /** What was consumed since the last time this was called. */
  take(): Units;
  /** Every write since the last time this was called. */
  takeWrites(): MeteredWrite[];
};

const none = (): Units => ({ read: 0, tableWrite: 0, indexWrite: 0 });

/** @param plain another client of the same database, which is not counted */
export function meterCapacity(client: DynamoDBClient, plain: DynamoDBClient): CapacityMeter {
  const documents = DynamoDBDocumentClient.from(plain);
  let units = none();
  let writes: MeteredWrite[] = [];

  async function read({ TableName, Key, Item }: Input): Promise<Item | undefined> {
    const { partitionKey, sortKey } = table;
    const { [partitionKey]: pk, [sortKey]: sk } = Key ?? Item ?? {};
    const found = { TableName, Key: { [partitionKey]: pk, [sortKey]: sk }, ConsistentRead: true };
    return (await documents.send(new GetCommand(found))).Item;
  }

  function count(write: MeteredWrite): void {
    writes.push(write);
    units.tableWrite += write.reported.table;
    units.indexWrite += write.computed.held + write.computed.status;
  }

  client.middlewareStack.add(
    (next, context) => async (args) => {
      // What the document client was given: plain values, not yet the ones of the wire.
      const input = args.input as unknown as Input;
      const call = context.commandName ?? '';
      const isWrite = /^(Put|Update|Delete)/.test(call);
      const before = isWrite ? await read(input) : undefined;
      const metered = { ...args.input, ReturnConsumedCapacity: 'INDEXES' as const };
      const result = await next({ ...args, input: metered });
      const consumed = consumedBy(result.output);
      if (isWrite) {
        const computed = computedUnits(before, await read(input));
        count({ call, computed, reported: byPlace(consumed[0]) });
      } else {
        units.read += consumed.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
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
    takeWrites() {
      const taken = writes;
      writes = [];
      return taken;
    },
  };
}

/** A batch reports one figure per table. */
function consumedBy(output: object): ConsumedCapacity[] {
  return [(output as { ConsumedCapacity?: ConsumedCapacity }).ConsumedCapacity ?? []].flat();
}

function byPlace(consumed: ConsumedCapacity | undefined): UnitsByPlace {
  const ofIndex = (name: string) => consumed?.GlobalSecondaryIndexes?.[name]?.CapacityUnits ?? 0;
  return {
    table: consumed?.Table?.CapacityUnits ?? 0,
    ...mapIndexes(({ name }) => ofIndex(name)),
  };
}

/**
 * The larger of the two items counts for the table, in whole kilobytes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html#write-operation-consumption
 */
function computedUnits(before: Item | undefined, after: Item | undefined): UnitsByPlace {
  const bytes = Math.max(...[before, after].map((item) => itemBytes(item ?? {})), 1);
  return {
    table: Math.ceil(bytes / limits.writeUnitBytes),
    ...mapIndexes((index) => indexUnits(entryOf(index, before), entryOf(index, after))),
  };
}

/**
 * An entry that appears, disappears or changes costs a write, one that moves to other keys costs two. Entries are far below
 * 1 KB, so each write of one is one unit.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
 */
function indexUnits(old: Entry | undefined, fresh: Entry | undefined): number {
  if (old?.text === fresh?.text) return 0;
  if (old?.key === fresh?.key) return 1;
  return Number(old !== undefined) + Number(fresh !== undefined);
}

type Indexes = typeof table.indexes;
type Index = Indexes[keyof Indexes];
type Entry = { key: string; text: string };

/** What the index has of an item: nothing unless the item has both of its keys. */
function entryOf(index: Index, item: Item | undefined): Entry | undefined {
  const keys = [item?.[index.partitionKey], item?.[index.sortKey]];
  if (item === undefined || keys.includes(undefined)) return undefined;
  const others = index.alsoHolds.map((name) => item[name]);
  return { key: JSON.stringify(keys), text: JSON.stringify([keys, others]) };
}

function mapIndexes(units: (index: Index) => number): Record<keyof Indexes, number> {
  const { held, status } = table.indexes;
  return { held: units(held), status: units(status) };
}
