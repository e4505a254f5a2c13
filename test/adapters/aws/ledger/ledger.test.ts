// The ledger in the table: entries outlive rows, and live as long as lists need them.
import { DeleteCommand, DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliveryKey, entryKey } from '../../../../lambdas/adapters/aws/table/keys.ts';
import type { Delivery } from '../../../../lambdas/core/deliveries/delivery.ts';
import { deliverySortKey } from '../../../../lambdas/core/ids.ts';
import type { DeliveryId } from '../../../../lambdas/core/ids.ts';
import { detailLifetimeMs } from '../../../../lambdas/core/deliveries/retention.ts';
import { hourMs } from '../../../../lambdas/core/ledger/stats.ts';
import { openDynalite, type OpenedDriver, portsOf } from '../../../support/aws-driver.ts';
import { createTestClock } from '../../../support/clock.ts';
import {
  aDelivery,
  aSubscriptionId,
  aTenant,
  changed,
  noon,
  retentionMs,
} from '../../../support/factories.ts';

const body = Buffer.from('{"amount":12}');
const oneHour = { fromHour: noon, untilHour: noon + hourMs };
const wholePage = { limit: 100, cursor: null };

let driver: OpenedDriver;
let documents: DynamoDBDocumentClient;
beforeAll(async () => {
  driver = await openDynalite();
  documents = DynamoDBDocumentClient.from(driver.clients.dynamodb);
});
afterAll(() => driver.close());

const store = () => portsOf(driver, createTestClock()).deliveries;

async function entryOf({ tenant, id }: Delivery) {
  const TableName = driver.settings.TABLE_NAME;
  const command = new GetCommand({ TableName, Key: entryKey(tenant, id), ConsistentRead: true });
  return (await documents.send(command)).Item;
}

test('names a row that was deleted from the table', async () => {
  const tenant = aTenant();
  const [kept, lost] = [aDelivery({ tenant }), aDelivery({ tenant })];
  for (const delivery of [kept, lost]) await store().commit(delivery, body);
  const TableName = driver.settings.TABLE_NAME;
  await documents.send(new DeleteCommand({ TableName, Key: deliveryKey(tenant, lost.id) }));

  const { items } = await store().listLedger(tenant, oneHour, wholePage);

  const found = items.toSorted((left) => (left.id === kept.id ? -1 : 1));
  expect(found).toStrictEqual([
    { id: kept.id, keptUntil: noon + retentionMs, delivery: kept },
    { id: lost.id, keptUntil: noon + retentionMs, delivery: null },
  ]);
});

test('has an entry that expires after anything the delivery may still go through', async () => {
  const delivery = aDelivery({ tenant: aTenant() });
  await store().commit(delivery, body);
  expect(await entryOf(delivery)).toMatchObject({
    kept_until: noon + retentionMs,
    expires_at: (noon + detailLifetimeMs(retentionMs)) / 1_000,
  });
});

test('keeps the entry of what is parked, until it is parked no more', async () => {
  const parked = aDelivery({ tenant: aTenant(), status: 'parked' });
  await store().commit(parked, body);
  expect((await entryOf(parked))!['expires_at']).toBeUndefined();

  const months = 90 * 24 * hourMs;
  const sent = changed(parked, { status: 'retrying', updatedAt: noon + months });
  await store().transition(parked, sent);
  const expiresAt = (noon + months + detailLifetimeMs(retentionMs)) / 1_000;
  expect((await entryOf(parked))!['expires_at']).toBe(expiresAt);

  const again = changed(sent, { status: 'parked' });
  await store().transition(sent, again);
  expect((await entryOf(parked))!['expires_at']).toBeUndefined();
});

test('makes no entry anew where there was none', async () => {
  const delivery = aDelivery({ tenant: aTenant() });
  await store().commit(delivery, body);
  const TableName = driver.settings.TABLE_NAME;
  const Key = entryKey(delivery.tenant, delivery.id);
  await documents.send(new DeleteCommand({ TableName, Key }));
  await store().transition(delivery, changed(delivery, { status: 'parked' }));
  expect(await entryOf(delivery)).toBeUndefined();
});

test('tells two deliveries apart that only their subscriptions tell apart', async () => {
  const tenant = aTenant();
  const first = aDelivery({ tenant });
  const subscriptionId = aSubscriptionId();
  const id: DeliveryId = `dlv_${deliverySortKey(first.id)}${subscriptionId.slice('sub_'.length)}`;
  const second = { ...first, id, subscriptionId };
  for (const delivery of [first, second]) await store().commit(delivery, body);

  const { items } = await store().listLedger(tenant, oneHour, wholePage);
  expect(items.map((entry) => entry.delivery)).toEqual(expect.arrayContaining([first, second]));
  const filters = { subscriptionId: null, status: null, eventType: null, errorCode: null };
  const query = { tenant, ...filters, since: null, until: null, limit: 10, cursor: null };
  const listed = await store().list(query);
  expect(listed.items).toHaveLength(2);
  expect(listed.items).toEqual(expect.arrayContaining([first, second]));
});

test('lists nothing as open that was changed or deleted since it was read', async () => {
  const tenant = aTenant();
  const [ended, lost] = [aDelivery({ tenant }), aDelivery({ tenant })];
  for (const delivery of [ended, lost]) await store().commit(delivery, body);
  await store().transition(ended, changed(ended, { status: 'delivered' }));
  const TableName = driver.settings.TABLE_NAME;
  await documents.send(new DeleteCommand({ TableName, Key: deliveryKey(tenant, lost.id) }));

  await store().indexOpen([ended, lost]);

  const rowOf = ({ id }: Delivery) =>
    documents.send(new GetCommand({ TableName, Key: deliveryKey(tenant, id) }));
  expect((await rowOf(ended)).Item).not.toHaveProperty('held_pk');
  expect((await rowOf(lost)).Item).toBeUndefined();
});
