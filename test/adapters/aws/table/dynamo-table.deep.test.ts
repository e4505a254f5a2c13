// What DynamoDB does that no emulator shows: answers that get lost, batches that are answered in part, throttling.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../../lambdas/core/shared/port-errors.ts';
import { limits } from '../../../../lambdas/contract/limits/limits.ts';
import { openDynalite, type OpenedDriver, portsOf } from '../../../support/aws-driver.ts';
import { createTestClock } from '../../../support/clock.ts';
import {
  aDelivery,
  anApiKey,
  anAttempt,
  aSubscription,
  aTenant,
  changed,
} from '../../../support/factories.ts';
import { type FakeAnswer, type FakeAws, forward, openFakeAws } from '../../../support/fake-aws.ts';

const body = Buffer.from('{"amount":12}');

let dynalite: OpenedDriver;
let fake: FakeAws | undefined;
beforeAll(async () => {
  dynalite = await openDynalite();
});
afterEach(() => fake?.close());
afterAll(() => dynalite.close());

/** The driver behind a fake that may answer some requests itself, and forwards the others. */
async function behind(answer: (target: string, count: number) => FakeAnswer | 'forward' | 'lose') {
  const counts = new Map<string, number>();
  fake = await openFakeAws(async (request) => {
    const count = (counts.get(request.target) ?? 0) + 1;
    counts.set(request.target, count);
    const given = answer(request.target, count);
    if (given !== 'forward' && given !== 'lose') return given;
    const done = await forward(dynalite.endpoint, request);
    return given === 'lose' ? 'lost' : done;
  });
  const ports = portsOf({ ...dynalite, clients: fake.clients }, createTestClock());
  return { ports, counts, requests: fake.requests };
}

const losing = (operation: string) => (target: string, count: number) =>
  target === operation && count === 1 ? ('lose' as const) : ('forward' as const);

describe('a write whose answer is lost', () => {
  it('was committed', async () => {
    const { ports, counts } = await behind(losing('PutItem'));
    const delivery = aDelivery({ tenant: aTenant() });

    expect(await ports.deliveries.commit(delivery, body)).toBe('committed');

    // The row twice, and its entry in the ledger.
    expect(counts.get('PutItem')).toBe(3);
    expect(await ports.deliveries.commit(delivery, body)).toBe('exists');
  });

  it('was recorded, once', async () => {
    const { ports, counts } = await behind(losing('UpdateItem'));
    const before = aDelivery({ tenant: aTenant() });
    await ports.deliveries.commit(before, body);
    const after = changed(before, { status: 'retrying', attemptCount: 1 });

    expect(await ports.deliveries.recordAttempt(before, after, anAttempt())).toBe('applied');

    expect(counts.get('UpdateItem')).toBe(2);
    const detail = await ports.deliveries.detail(before.tenant, before.id);
    expect(detail?.delivery).toStrictEqual(after);
    expect(detail?.attempts).toStrictEqual([anAttempt()]);
  });

  it('was superseded when another won meanwhile', async () => {
    const direct = portsOf(dynalite, createTestClock());
    const before = aDelivery({ tenant: aTenant() });
    await direct.deliveries.commit(before, body);
    const theirs = changed(before, { status: 'cancelled', reason: 'requested' });
    await direct.deliveries.transition(before, theirs);
    const { ports } = await behind(losing('UpdateItem'));

    const ours = changed(before, { status: 'parked' });

    expect(await ports.deliveries.transition(before, ours)).toBe('superseded');
  });

  it('created, replaced and removed what it should', async () => {
    const subscription = aSubscription({ tenant: aTenant() });
    const next = { ...subscription, name: 'Next', version: 2 };
    const creating = await behind(losing('PutItem'));
    await creating.ports.subscriptions.create(subscription);
    await fake!.close();
    const replacing = await behind(losing('PutItem'));
    expect(await replacing.ports.subscriptions.replace(subscription, next)).toBe('replaced');
    await fake!.close();
    const removing = await behind(losing('DeleteItem'));

    expect(await removing.ports.subscriptions.remove(next.tenant, next.id)).toBe(true);
    expect(removing.counts.get('DeleteItem')).toBe(2);
  });

  it('made an API key', async () => {
    const { ports, counts } = await behind(losing('PutItem'));
    const key = anApiKey();

    await ports.apiKeys.create(key);

    expect(counts.get('PutItem')).toBe(2);
    await expect(ports.apiKeys.create({ ...key, hash: 'other' })).rejects.toThrow('taken');
  });
});

describe('a batch read', () => {
  const unprocessed = (request: string): FakeAnswer => ({
    json: { Responses: {}, UnprocessedKeys: JSON.parse(request).RequestItems },
  });

  it('asks again for what was left unprocessed', async () => {
    const direct = portsOf(dynalite, createTestClock());
    const tenant = aTenant();
    const deliveries = Array.from({ length: 30 }, () => aDelivery({ tenant }));
    for (const delivery of deliveries) await direct.deliveries.commit(delivery, body);
    fake = await openFakeAws(async (request) => {
      // One key at a time, and every other time none.
      if (fake!.requests.length % 2 === 0) return unprocessed(request.text);
      const { RequestItems } = request.json as {
        RequestItems: Record<string, { Keys: object[] }>;
      };
      const [name, { Keys }] = Object.entries(RequestItems)[0]!;
      const one = { RequestItems: { [name]: { Keys: Keys.slice(0, 10) } } };
      const done = (await forward(dynalite.endpoint, {
        ...request,
        text: JSON.stringify(one),
      })) as { json: object };
      const rest = Keys.slice(10);
      const left = rest.length === 0 ? {} : { [name]: { Keys: rest } };
      return { ...done, json: { ...done.json, UnprocessedKeys: left } };
    });
    const ports = portsOf({ ...dynalite, clients: fake.clients }, createTestClock());

    const ids = deliveries.map(({ id }) => id);
    const loaded = await ports.deliveries.load(tenant, ids);

    expect([...loaded.keys()].toSorted()).toStrictEqual(ids.toSorted());
    expect(fake.requests).toHaveLength(5);
  });

  it('gives up when nothing more comes', async () => {
    fake = await openFakeAws((request) => unprocessed(request.text));
    const ports = portsOf({ ...dynalite, clients: fake.clients }, createTestClock());

    await expect(ports.deliveries.load('default', [aDelivery().id])).rejects.toThrow(
      'DynamoDB BatchGetItem failed: keys remain unprocessed',
    );
    expect(fake.requests).toHaveLength(limits.batchReadIdleTriesMax);
  });
});

describe('a call that fails', () => {
  const throttled = () => ({ status: 400, error: 'ProvisionedThroughputExceededException' });

  it('is tried a bounded number of times and named, in an error of our own', async () => {
    const { ports, requests } = await behind(throttled);
    const delivery = aDelivery();

    await expect(ports.deliveries.commit(delivery, body)).rejects.toThrow(
      /^DynamoDB PutItem failed: ProvisionedThroughputExceededException$/,
    );
    expect(requests).toHaveLength(limits.awsTriesMax);
  });

  it.each([
    { what: 'a throttled call', answer: throttled(), isOutage: true },
    {
      what: 'a failure of AWS',
      answer: { status: 500, error: 'InternalServerError' },
      isOutage: true,
    },
    { what: 'a lost connection', answer: 'lost' as const, isOutage: true },
    { what: 'a missing right', answer: { error: 'AccessDeniedException' }, isOutage: false },
    { what: 'a bad request', answer: { error: 'ValidationException' }, isOutage: false },
  ])('is an outage, or not: $what', async ({ answer, isOutage }) => {
    const { ports } = await behind(() => answer);

    const failed = ports.deliveries.commit(aDelivery(), body);

    const outage = await failed.catch((error: unknown) => error instanceof UnavailableError);
    expect(outage).toBe(isOutage);
  });

  it('is tried again when the first try was throttled', async () => {
    const { ports } = await behind((_, count) => (count === 1 ? throttled() : 'forward'));
    const delivery = aDelivery({ tenant: aTenant() });

    expect(await ports.deliveries.commit(delivery, body)).toBe('committed');
  });
});
