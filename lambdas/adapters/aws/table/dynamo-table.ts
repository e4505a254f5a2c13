// The table as the stores use it. A failed condition becomes a value here, and any other SDK error
// the cause of one that names the call.
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { limits } from '../../../contract/limits/limits.ts';
import { table as names } from '../../../contract/table.ts';
import { UnavailableError } from '../../../core/shared/port-errors.ts';
import type { Chance, Wait } from '../../../core/ports.ts';
import { chunksOf } from './chunks.ts';
import { call } from '../clients.ts';
import { attributesIn, expressionOf } from './expressions.ts';
import type { Change, Condition } from './expressions.ts';
import type { Item } from '../deliveries/item-size.ts';
import type { ItemKey } from './keys.ts';

/**
 * `uncertain`: the condition failed on an SDK retry, so the first try may have been applied and its
 * response lost.
 */
export type WriteResult = 'written' | 'refused' | 'uncertain';

/** Settles an uncertain write by checking what is stored. */
export async function isApplied(
  result: WriteResult,
  isStored: () => Promise<boolean>,
): Promise<boolean> {
  return result === 'written' || (result === 'uncertain' && (await isStored()));
}

export type RangeQuery = {
  index?: keyof typeof names.indexes | undefined;
  partition: string;
  /** Both ends are inclusive. */
  from: string;
  to: string;
  newestFirst: boolean;
  limit?: number;
  startKey?: Item | undefined;
};

export type RangePage = { items: Item[]; nextKey: Item | undefined };

export type DynamoTable = {
  /** Every read of the table is strongly consistent; an index cannot be. */
  get(key: ItemKey): Promise<Item | undefined>;
  /** In no order; absent items are absent. */
  getAll(keys: readonly ItemKey[]): Promise<Item[]>;
  query(range: RangeQuery): Promise<RangePage>;
  /** Stops once there are `range.limit` or more. */
  count(range: RangeQuery, filter?: Condition): Promise<number>;
  put(item: Item, condition?: Condition): Promise<WriteResult>;
  update(key: ItemKey, change: Change, condition?: Condition): Promise<WriteResult>;
  /** The changed attributes after the update; null if the condition failed. */
  updateAndRead(key: ItemKey, change: Change, condition: Condition): Promise<Item | null>;
  remove(key: ItemKey, condition: Condition): Promise<WriteResult>;
};

export type TableNeeds = {
  client: DynamoDBClient;
  tableName: string;
  chance: Pick<Chance, 'unit'>;
  wait: Wait;
};

export function openTable(needs: TableNeeds): DynamoTable {
  const documents = DynamoDBDocumentClient.from(needs.client, {
    marshallOptions: { removeUndefinedValues: true },
  });
  const TableName = needs.tableName;

  return {
    async get(Key) {
      const command = new GetCommand({ TableName, Key, ConsistentRead: true });
      return (await call('DynamoDB GetItem', () => documents.send(command))).Item;
    },

    async getAll(keys) {
      const distinct = [...new Map(keys.map((key) => [`${key.pk} ${key.sk}`, key])).values()];
      const chunks = chunksOf(distinct, limits.batchReadKeysMax);
      const read = (chunk: ItemKey[]) => getChunk(documents, needs, chunk);
      return (await Promise.all(chunks.map(read))).flat();
    },

    async query(range) {
      const command = new QueryCommand({ TableName, ...queryInput(range) });
      const page = await call('DynamoDB Query', () => documents.send(command));
      return { items: page.Items ?? [], nextKey: page.LastEvaluatedKey };
    },

    async count(range, filter) {
      let count = 0;
      let startKey: Item | undefined;
      do {
        const command = new QueryCommand({
          TableName,
          ...queryInput({ ...range, startKey }, filter),
          Select: 'COUNT',
        });
        const page = await call('DynamoDB Query', () => documents.send(command));
        count += page.Count ?? 0;
        startKey = page.LastEvaluatedKey;
      } while (startKey !== undefined && count < (range.limit ?? Infinity));
      return count;
    },

    put(Item, condition) {
      const command = new PutCommand({ TableName, Item, ...conditionInput(condition) });
      return write('DynamoDB PutItem', () => documents.send(command));
    },

    update(Key, change, condition) {
      const command = new UpdateCommand({ TableName, Key, ...updateInput(change, condition) });
      return write('DynamoDB UpdateItem', () => documents.send(command));
    },

    async updateAndRead(Key, change, condition) {
      const input = updateInput(change, condition);
      const command = new UpdateCommand({ TableName, Key, ...input, ReturnValues: 'UPDATED_NEW' });
      let stored: Item | null = null;
      await write('DynamoDB UpdateItem', async () => {
        stored = (await documents.send(command)).Attributes ?? {};
      });
      return stored;
    },

    remove(Key, condition) {
      const command = new DeleteCommand({ TableName, Key, ...conditionInput(condition) });
      return write('DynamoDB DeleteItem', () => documents.send(command));
    },
  };
}

/** Follows the pages to the end. */
export async function queryAll(
  table: Pick<DynamoTable, 'query'>,
  range: Omit<RangeQuery, 'startKey'>,
): Promise<Item[]> {
  const items: Item[] = [];
  let startKey: Item | undefined;
  do {
    const page = await table.query({ ...range, startKey });
    items.push(...page.items);
    startKey = page.nextKey;
  } while (startKey !== undefined);
  return items;
}

/**
 * DynamoDB returns part of a batch when throttled, or when the items are too large for one
 * response.
 */
async function getChunk(
  documents: DynamoDBDocumentClient,
  { tableName, chance, wait }: TableNeeds,
  keys: readonly ItemKey[],
): Promise<Item[]> {
  const items: Item[] = [];
  let left: Item[] = [...keys];
  for (let idle = 0; left.length > 0;) {
    if (idle >= limits.batchReadIdleTriesMax) {
      throw new UnavailableError(
        'DynamoDB BatchGetItem failed: keys remain unprocessed',
        undefined,
      );
    }
    if (idle > 0) await wait(limits.batchReadBackoffMs * 2 ** idle * (0.5 + chance.unit() / 2));
    const command = new BatchGetCommand({
      RequestItems: { [tableName]: { Keys: left, ConsistentRead: true } },
    });
    const page = await call('DynamoDB BatchGetItem', () => documents.send(command));
    const found = page.Responses?.[tableName] ?? [];
    items.push(...found);
    const before = left.length;
    left = page.UnprocessedKeys?.[tableName]?.Keys ?? [];
    idle = left.length < before ? 0 : idle + 1;
  }
  return items;
}

function queryInput(range: RangeQuery, filter?: Condition) {
  const { index, partition, from, to } = range;
  const keys = index === undefined ? names : names.indexes[index];
  const that = `#${keys.partitionKey} = :partition AND #${keys.sortKey} BETWEEN :from AND :to`;
  return {
    ...(index === undefined ? { ConsistentRead: true } : { IndexName: names.indexes[index].name }),
    KeyConditionExpression: that,
    FilterExpression: filter?.that,
    ...attributesIn([that, filter?.that], {
      ':partition': partition,
      ':from': from,
      ':to': to,
      ...filter?.values,
    }),
    ScanIndexForward: !range.newestFirst,
    Limit: range.limit,
    ExclusiveStartKey: range.startKey,
  };
}

function updateInput(change: Change, condition: Condition | undefined) {
  const { expression, values } = expressionOf(change);
  return {
    UpdateExpression: expression,
    ConditionExpression: condition?.that,
    ...attributesIn([expression, condition?.that], { ...values, ...condition?.values }),
  };
}

function conditionInput(condition: Condition | undefined): object {
  if (condition === undefined) return {};
  const { that, values } = condition;
  return { ConditionExpression: that, ...attributesIn([that], values) };
}

async function write(name: string, run: () => Promise<unknown>): Promise<WriteResult> {
  return call(name, async () => {
    try {
      await run();
      return 'written';
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return (error.$metadata.attempts ?? 1) > 1 ? 'uncertain' : 'refused';
    }
  });
}
