// The rules by which item-size.ts and the meter compute units, against what AWS's own DynamoDB Local reports.
import {
  type NativeAttributeValue,
  DynamoDBDocumentClient,
  PutCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClients } from '../../lambdas/adapters/aws/clients.ts';
import { type Item, itemBytes } from '../../lambdas/adapters/aws/deliveries/item-size.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { credentials, type OpenedDriver, openTable, region } from '../support/aws-driver.ts';
import { type CapacityMeter, meterCapacity, type UnitsByPlace } from '../support/capacity-meter.ts';
import { sizedValues } from '../support/sized-values.ts';
import { endpoint } from './endpoint.ts';

const { writeUnitBytes } = limits;

let driver: OpenedDriver;
let documents: DynamoDBDocumentClient;
let meter: CapacityMeter;

beforeAll(async () => {
  driver = await openTable(endpoint);
  const counted = openClients({ endpoint, region, credentials });
  meter = meterCapacity(counted.dynamodb, driver.clients.dynamodb);
  documents = DynamoDBDocumentClient.from(counted.dynamodb);
});
afterAll(() => driver.close());

/** Units of the last of these puts, by DynamoDB Local and by the meter. */
async function unitsOf(
  ...items: Item[]
): Promise<{ reported: UnitsByPlace; computed: UnitsByPlace }> {
  for (const Item of items) {
    await documents.send(new PutCommand({ TableName: driver.settings.TABLE_NAME, Item }));
  }
  const { reported, computed } = meter.takeWrites().at(-1)!;
  return { reported, computed };
}

function anItem(others: Item): Item {
  return { pk: 'units', sk: crypto.randomUUID(), ...others };
}

describe('item size', () => {
  /** Ours is a bound for numbers: DynamoDB Local takes these for a byte less. All else is counted alike. */
  const overcounted = new Map<NativeAttributeValue, number>([
    [0, 1],
    [42, 1],
  ]);

  /** An item with this value that has so many bytes by our count. */
  function sized(value: NativeAttributeValue, bytes: number): Item {
    const item = anItem({ value, padding: '' });
    return { ...item, padding: 'x'.repeat(bytes - itemBytes(item)) };
  }

  it.each(sizedValues)('is as computed, to the byte: %s', async (_, value) => {
    const full = writeUnitBytes + (overcounted.get(value) ?? 0);

    expect((await unitsOf(sized(value, full))).reported.table).toBe(1);
    expect((await unitsOf(sized(value, full + 1))).reported.table).toBe(2);
  });
});

describe('writes', () => {
  const sk = crypto.randomUUID();
  const plain = { pk: 'units', sk };
  const held = { ...plain, held_pk: 'a' };
  const counted = { ...plain, tenant: 'a', status: 'active' };
  const large = { ...plain, padding: 'x'.repeat(2_500) };

  it.each<[string, Item[], UnitsByPlace]>([
    ['no index', [plain], { table: 1, held: 0, status: 0 }],
    ['an entry that appears', [plain, held], { table: 1, held: 1, status: 0 }],
    ['an entry that disappears', [held, plain], { table: 1, held: 1, status: 0 }],
    ['an entry that moves', [held, { ...held, held_pk: 'b' }], { table: 1, held: 2, status: 0 }],
    ['an entry that stays', [held, { ...held, other: 1 }], { table: 1, held: 0, status: 0 }],
    [
      'an entry that changes',
      [counted, { ...counted, status: 'inactive' }],
      { table: 1, held: 0, status: 1 },
    ],
    [
      'what an entry does not hold',
      [counted, { ...counted, other: 1 }],
      { table: 1, held: 0, status: 0 },
    ],
    ['both indexes', [plain, { ...held, ...counted }], { table: 1, held: 1, status: 1 }],
    ['the larger of two items', [large, plain], { table: 3, held: 0, status: 0 }],
  ])('cost as computed: %s', async (_, items, units) => {
    const { reported, computed } = await unitsOf(...items);

    expect(reported).toStrictEqual(units);
    expect(computed).toStrictEqual(units);
  });
});
