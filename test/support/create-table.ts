// The table as the stack deploys it, made with the SDK for tests. Its keys come from the contract.
import {
  CreateTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type Projection,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { table } from '../../lambdas/contract/table.ts';

type Keys = { partitionKey: string; sortKey: string };

function keySchema({ partitionKey, sortKey }: Keys): KeySchemaElement[] {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    { AttributeName: sortKey, KeyType: 'RANGE' },
  ];
}

function projection(alsoHolds: readonly string[]): Projection {
  if (alsoHolds.length === 0) return { ProjectionType: 'KEYS_ONLY' };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: [...alsoHolds] };
}

export async function createTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const indexes = Object.values(table.indexes);
  const names = [table, ...indexes].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...new Set(names)].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: keySchema(table),
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index),
        Projection: projection(index.alsoHolds),
      })),
    }),
  );
  await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 60 }, { TableName });
}
