// Counting active subscriptions costs next to nothing, however large they are, and needs nothing that older items lack.
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openClients } from '../../../lambdas/adapters/aws/clients.ts';
import type { AwsPorts } from '../../../lambdas/adapters/aws/ports.ts';
import { subscriptionPartition } from '../../../lambdas/adapters/aws/table/keys.ts';
import {
  credentials,
  openDynalite,
  type OpenedDriver,
  portsOf,
  region,
} from '../../support/aws-driver.ts';
import { type CapacityMeter, meterCapacity } from '../../support/capacity-meter.ts';
import { createTestClock } from '../../support/clock.ts';
import { aSubscription, aTenant, noon } from '../../support/factories.ts';

let driver: OpenedDriver;
let ports: AwsPorts;
let meter: CapacityMeter;

beforeAll(async () => {
  driver = await openDynalite();
  const counted = openClients({ endpoint: driver.endpoint, region, credentials });
  meter = meterCapacity(counted.dynamodb, driver.clients.dynamodb);
  ports = portsOf({ ...driver, clients: counted }, createTestClock());
});
afterAll(() => driver.close());

it('reads an index entry of each subscription, and none of them itself', async () => {
  const tenant = aTenant();
  const customHeaders = { 'X-Long': 'x'.repeat(20_000) };
  for (let index = 0; index < 40; index += 1) {
    await ports.subscriptions.create(aSubscription({ tenant, customHeaders }));
  }
  meter.take();

  expect(await ports.subscriptions.countActive(tenant)).toBe(40);

  // The subscriptions themselves are 800 KB: 100 units and more.
  const { read } = meter.take();
  process.stdout.write(`  counting 40 subscriptions of 20 KB: read units ${read}\n`);
  expect(read).toBeLessThanOrEqual(2);
});

it('costs a write for a change of the status, and for no other', async () => {
  const first = aSubscription({ tenant: aTenant(), operationalEvents: false });
  await ports.subscriptions.create(first);
  const renamed = { ...first, name: 'Another', updatedAt: noon + 1, version: 2 };
  const paused = { ...renamed, status: 'inactive' as const, version: 3 };
  meter.take();

  await ports.subscriptions.replace(first, renamed);
  expect(meter.take().indexWrite).toBe(0);

  await ports.subscriptions.replace(renamed, paused);
  expect(meter.take().indexWrite).toBe(1);
});

it('counts what was stored before there was an index for it', async () => {
  const tenant = aTenant();
  // The least that any version has stored.
  const item = {
    pk: subscriptionPartition(tenant),
    sk: aSubscription().id,
    tenant,
    name: null,
    target_url: 'https://example.com/hook',
    secret: null,
    event_types: null,
    status: 'active',
    inactive_reason: null,
    retry_schedule: null,
    timeout_ms: null,
    held_until: null,
    created_at: noon,
    updated_at: noon,
    version: 1,
  };
  const documents = DynamoDBDocumentClient.from(driver.clients.dynamodb);
  await documents.send(new PutCommand({ TableName: driver.settings.TABLE_NAME, Item: item }));

  expect(await ports.subscriptions.countActive(tenant)).toBe(1);
  expect((await ports.subscriptions.get(tenant, item.sk))?.status).toBe('active');
});
