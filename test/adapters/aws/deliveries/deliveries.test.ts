// What the delivery store leaves in the table: the contract suites see only what it gives back.
import { randomBytes } from 'node:crypto';
import { BatchWriteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunksOf } from '../../../../lambdas/adapters/aws/table/chunks.ts';
import { openClients } from '../../../../lambdas/adapters/aws/clients.ts';
import {
  changingAttributes,
  fixedAttributes,
} from '../../../../lambdas/adapters/aws/deliveries/delivery-row.ts';
import { itemBytes } from '../../../../lambdas/adapters/aws/deliveries/item-size.ts';
import { makeCursor } from '../../../../lambdas/adapters/cursor.ts';
import { limits } from '../../../../lambdas/contract/limits/limits.ts';
import type { Delivery } from '../../../../lambdas/core/deliveries/delivery.ts';
import { deliveryIdFrom } from '../../../../lambdas/core/ids.ts';
import { InvalidCursorError } from '../../../../lambdas/core/shared/port-errors.ts';
import type { DeliveryQuery } from '../../../../lambdas/core/ports.ts';
import { detailLifetimeMs } from '../../../../lambdas/core/deliveries/retention.ts';
import { readAll } from '../../../contracts/harness.ts';
import {
  credentials,
  openDynalite,
  type OpenedDriver,
  portsOf,
  region,
} from '../../../support/aws-driver.ts';
import { meterCapacity } from '../../../support/capacity-meter.ts';
import { createTestClock } from '../../../support/clock.ts';
import {
  aDelivery,
  anAttempt,
  aSubscriptionId,
  aTenant,
  changed,
  noon,
} from '../../../support/factories.ts';

const small = Buffer.from('{"amount":12}');
const large = randomBytes(2_000);
const lifetimeMs = detailLifetimeMs(72 * 3_600_000);

let driver: OpenedDriver;
let documents: DynamoDBDocumentClient;
beforeAll(async () => {
  driver = await openDynalite();
  documents = DynamoDBDocumentClient.from(driver.clients.dynamodb, {
    marshallOptions: { removeUndefinedValues: true },
  });
});
afterAll(() => driver.close());

function setup() {
  const { deliveries } = portsOf(driver, createTestClock());
  return { deliveries, tenant: aTenant() };
}

/** Every item of a tenant, rows first, by what it is. */
async function itemsOf(tenant: string) {
  const { Items = [] } = await documents.send(
    new ScanCommand({
      TableName: driver.settings.TABLE_NAME,
      FilterExpression: 'begins_with(pk, :tenant)',
      ExpressionAttributeValues: { ':tenant': `${tenant}#` },
    }),
  );
  const of = (kind: string) => Items.filter(({ sk }) => sk.startsWith(`${kind}#`));
  const rows = Items.filter(({ sk }) => !sk.includes('#'));
  return { rows, bodies: of('body'), attempts: of('attempt') };
}

describe('a body', () => {
  it('shares the row where both stay within one write unit, with room for what follows', async () => {
    const { deliveries, tenant } = setup();
    await deliveries.commit(aDelivery({ tenant }), small);

    const { rows, bodies } = await itemsOf(tenant);

    expect(bodies).toHaveLength(0);
    expect(itemBytes(rows[0]!)).toBeLessThan(limits.writeUnitBytes - limits.rowRoomBytes);
  });

  it.each([
    ['would leave no room', randomBytes(800)],
    ['would not fit', large],
  ])('is an item of its own, which expires, where it %s', async (_, body) => {
    const { deliveries, tenant } = setup();
    await deliveries.commit(aDelivery({ tenant }), body);

    const { rows, bodies } = await itemsOf(tenant);

    expect(rows[0]).not.toHaveProperty('body');
    expect(bodies).toHaveLength(1);
    expect(bodies[0]!['expires_at']).toBe(Math.ceil((noon + lifetimeMs) / 1_000));
  });

  it('gives way where a long content type takes its room', async () => {
    const { deliveries, tenant } = setup();
    const body = randomBytes(400);
    const described = { contentType: `a/${'b'.repeat(253)}`, contentEncoding: 'x'.repeat(100) };
    await deliveries.commit(aDelivery({ tenant }), body);
    expect((await itemsOf(tenant)).bodies).toHaveLength(0);

    await deliveries.commit(aDelivery({ tenant, ...described }), body);

    const { rows, bodies } = await itemsOf(tenant);
    expect(bodies).toHaveLength(1);
    for (const row of rows) {
      expect(itemBytes(row)).toBeLessThan(limits.writeUnitBytes - limits.rowRoomBytes);
    }
  });

  it('of a lost commit is not the one that is read', async () => {
    const { deliveries, tenant } = setup();
    const delivery = aDelivery({ tenant });
    await deliveries.commit(delivery, large);
    await deliveries.commit(delivery, randomBytes(2_000));

    const found = await deliveries.detail(tenant, delivery.id);

    expect((await itemsOf(tenant)).bodies).toHaveLength(2);
    expect(large.equals(found!.body)).toBe(true);
  });

  it('is kept for as long as its delivery is parked', async () => {
    const { deliveries, tenant } = setup();
    const expiry = async () => (await itemsOf(tenant)).bodies[0]!['expires_at'];
    const pending = aDelivery({ tenant });
    await deliveries.commit(pending, large);
    const parked = changed(pending, { status: 'parked', updatedAt: noon + 5_000 });

    await deliveries.transition(pending, parked);
    expect(await expiry()).toBeUndefined();

    const replayed = changed(parked, { status: 'pending', cycle: 2, updatedAt: noon + 60_000 });
    await deliveries.transition(parked, replayed);
    expect(await expiry()).toBe(Math.ceil((noon + 60_000 + lifetimeMs) / 1_000));
  });

  it('is kept from the start when its delivery is accepted as parked', async () => {
    const { deliveries, tenant } = setup();
    const parked = aDelivery({ tenant, status: 'parked' });
    await deliveries.commit(parked, large);
    expect((await itemsOf(tenant)).bodies[0]).not.toHaveProperty('expires_at');

    const expiresAt = noon + 259_200_000;
    const delivered = changed(parked, { status: 'delivered', attemptCount: 1, expiresAt });
    await deliveries.recordAttempt(parked, delivered, anAttempt());

    expect((await itemsOf(tenant)).bodies[0]!['expires_at']).toBe(expiresAt / 1_000);
  });
});

describe('an attempt', () => {
  const delivered = (before: Delivery) =>
    changed(before, { status: 'delivered', attemptCount: 1, cycleAttempt: 1 });

  it('shares the row where that stays within one write unit', async () => {
    const { deliveries, tenant } = setup();
    const before = aDelivery({ tenant });
    await deliveries.commit(before, small);
    await deliveries.recordAttempt(before, delivered(before), anAttempt());

    const { rows, attempts } = await itemsOf(tenant);

    expect(attempts).toHaveLength(0);
    expect(itemBytes(rows[0]!)).toBeLessThanOrEqual(limits.writeUnitBytes);
  });

  it('is an item of its own otherwise, and leaves the row small', async () => {
    const { deliveries, tenant } = setup();
    const before = aDelivery({ tenant });
    await deliveries.commit(before, randomBytes(600));
    const targetUrl = `https://example.com/${'p'.repeat(600)}`;
    await deliveries.recordAttempt(before, delivered(before), anAttempt({ targetUrl }));

    const { rows, attempts } = await itemsOf(tenant);

    expect(itemBytes(rows[0]!)).toBeLessThanOrEqual(limits.writeUnitBytes);
    expect(attempts).toHaveLength(1);
    expect(attempts[0]!['expires_at']).toBe(Math.ceil((noon + lifetimeMs) / 1_000));
  });

  it('of a lost race is not the one that is read', async () => {
    const { deliveries, tenant } = setup();
    const before = aDelivery({ tenant });
    await deliveries.commit(before, randomBytes(600));
    const long = (durationMs: number) =>
      anAttempt({ durationMs, targetUrl: `https://example.com/${'p'.repeat(600)}` });
    await deliveries.recordAttempt(before, delivered(before), long(1));
    await deliveries.recordAttempt(before, delivered(before), long(2));

    const detail = await deliveries.detail(tenant, before.id);

    expect((await itemsOf(tenant)).attempts).toHaveLength(2);
    expect(detail!.attempts).toStrictEqual([long(1)]);
  });

  it('keeps the row within one write unit over a whole schedule', async () => {
    const { deliveries, tenant } = setup();
    let delivery = aDelivery({ tenant, eventType: 'e'.repeat(60) });
    await deliveries.commit(delivery, randomBytes(600));
    for (let number = 1; number <= 10; number += 1) {
      const isLast = number === 10;
      const after = changed(delivery, {
        status: isLast ? 'failed' : 'retrying',
        reason: isLast ? 'exhausted' : null,
        attemptCount: number,
        cycleAttempt: number,
        nextAttemptAt: isLast ? null : noon + number * 123_457,
        expiresAt: isLast ? noon + 259_200_123 : null,
      });
      const [before] = (await deliveries.load(tenant, [delivery.id])).values();
      await deliveries.recordAttempt(before!.delivery, after, anAttempt({ number }));
      delivery = after;
      const { rows } = await itemsOf(tenant);
      expect(itemBytes(rows[0]!)).toBeLessThanOrEqual(limits.writeUnitBytes);
    }
    expect((await deliveries.detail(tenant, delivery.id))!.attempts).toHaveLength(10);
  });
});

describe('a list', () => {
  const query = (tenant: string, fields: Partial<DeliveryQuery> = {}): DeliveryQuery => ({
    tenant,
    subscriptionId: null,
    status: null,
    eventType: null,
    errorCode: null,
    since: null,
    until: null,
    limit: 20,
    cursor: null,
    ...fields,
  });

  it('reads neither large bodies nor much more than its page', async () => {
    const { deliveries, tenant } = setup();
    const subscriptionId = aSubscriptionId();
    const body = randomBytes(40 * 1_024);
    for (let index = 0; index < 60; index += 1) {
      const createdAt = noon + index;
      await deliveries.commit(aDelivery({ tenant, subscriptionId, createdAt }), body);
    }
    const counted = openClients({ endpoint: driver.endpoint, region, credentials });
    const meter = meterCapacity(counted.dynamodb, driver.clients.dynamodb);
    const ports = portsOf({ ...driver, clients: counted }, createTestClock());

    const page = await ports.deliveries.list(query(tenant, { subscriptionId }));
    const ofSubscription = meter.take().read;
    await ports.deliveries.list(query(tenant));
    const ofTenant = meter.take().read;
    counted.dynamodb.destroy();

    expect(page.items).toHaveLength(20);
    expect(ofSubscription).toBeLessThan(20);
    expect(ofTenant).toBeLessThan(40);
  });

  it('stops after so many rows that do not match, and goes on from there', async () => {
    const { deliveries, tenant } = setup();
    const subscriptionId = aSubscriptionId();
    const wanted = aDelivery({ tenant, subscriptionId, eventType: 'rare', createdAt: noon - 1 });
    await deliveries.commit(wanted, small);
    await putRows(
      Array.from({ length: limits.rowsExaminedPerPageMax + 50 }, () =>
        aDelivery({ tenant, subscriptionId }),
      ),
    );
    const rare = query(tenant, { subscriptionId, eventType: 'rare' });

    const first = await deliveries.list(rare);
    const second = await deliveries.list({ ...rare, cursor: first.nextCursor });

    expect(first.items).toStrictEqual([]);
    expect(first.nextCursor).not.toBeNull();
    expect(second).toStrictEqual({ items: [wanted], nextCursor: null });
  });

  it('pages through what is parked, though it stays', async () => {
    const { deliveries, tenant } = setup();
    const subscriptionId = aSubscriptionId();
    const parked = [1, 2, 3, 4, 5].map((minute) =>
      aDelivery({ tenant, subscriptionId, status: 'parked', createdAt: noon + minute * 60_000 }),
    );
    for (const delivery of parked) await deliveries.commit(delivery, small);
    const page = (cursor: string | null) =>
      deliveries.listParked(tenant, subscriptionId, { limit: 2, cursor });

    expect(await readAll(page)).toStrictEqual(parked);
  });

  /** Going through the store would take far longer. */
  async function putRows(rows: readonly Delivery[]): Promise<void> {
    for (const chunk of chunksOf(rows, 25)) {
      const requests = chunk.map((delivery) => ({
        PutRequest: { Item: { ...fixedAttributes(delivery), ...changingAttributes(delivery) } },
      }));
      await documents.send(
        new BatchWriteCommand({ RequestItems: { [driver.settings.TABLE_NAME]: requests } }),
      );
    }
  }

  it('refuses a forged cursor that would lead it to bodies', async () => {
    const { deliveries, tenant } = setup();
    const subscriptionId = aSubscriptionId();
    const list = ['deliveries', tenant, subscriptionId, null, null, null, null];
    const id = deliveryIdFrom(subscriptionId, noon, randomBytes(10));
    for (const position of ['body#', 'zzzz', `${id}`, '', '8'.repeat(26)]) {
      const cursor = makeCursor(list, position);
      await expect(deliveries.list(query(tenant, { subscriptionId, cursor }))).rejects.toThrow(
        InvalidCursorError,
      );
    }
  });
});
