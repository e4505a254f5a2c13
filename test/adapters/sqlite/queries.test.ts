// How the driver reads and removes at scale: by an index always, and a bounded number of rows at a time.
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../lambdas/adapters/sqlite/file/database.ts';
import { openSqlitePorts } from '../../../lambdas/adapters/sqlite/ports.ts';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { hourOf } from '../../../lambdas/core/ledger/stats.ts';
import { createTestClock } from '../../support/clock.ts';
import {
  aDelivery,
  aDelta,
  anAttempt,
  anAttemptMessage,
  aReplayJob,
  aSubscription,
  aSubscriptionId,
  changed,
  noon,
  retentionMs,
} from '../../support/factories.ts';

const body = Buffer.from('{}');

function setup() {
  const clock = createTestClock();
  const database = openDatabase(':memory:');
  const prepare = database.prepare.bind(database);
  const statements: string[] = [];
  database.prepare = (sql, ...rest) => {
    statements.push(sql);
    return prepare(sql, ...rest);
  };
  const ports = openSqlitePorts({ database, clock, retentionMs });
  onTestFinished(() => ports.close());
  return { ...ports, clock, database, statements };
}

describe('query plans', () => {
  function planned(pattern: RegExp) {
    const { database, statements } = setup();
    return statements
      .filter((sql) => pattern.test(sql))
      .map((sql) => {
        const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
        return { sql, steps: plan.map(({ detail }) => String(detail)) };
      });
  }

  it('use an index and sort nothing', () => {
    const queries = planned(/^\s*(SELECT|UPDATE|DELETE|INSERT)/);
    // Once, at start; an index would cost every receipt.
    const isAtStart = (sql: string) => sql.includes('lease_token IS NOT NULL');
    // The first entry of an index that has no others than are asked for.
    const isFirst = (step: string) => step.startsWith('SCAN queue_messages USING COVERING INDEX');
    const isWantedWhole = (step: string) => step === 'SCAN tenants';
    const isSlow = (step: string) => step.startsWith('SCAN') || step.includes('TEMP B-TREE');

    const slow = queries.filter(
      ({ sql, steps }) =>
        !isAtStart(sql) &&
        steps.some((step) => isSlow(step) && !isFirst(step) && !isWantedWhole(step)),
    );

    expect(slow).toStrictEqual([]);
    expect(queries.length).toBeGreaterThan(30);
  });

  it('look up every column that a SELECT compares, and walk through no other rows', () => {
    const queries = planned(/^\s*SELECT/);
    for (const { sql, steps } of queries) {
      for (const [, column] of sql.matchAll(/(\w+) = (?:\?|:|')/g)) {
        expect(steps[0], sql).toContain(`${column}=?`);
      }
    }
    expect(queries.length).toBeGreaterThan(12);
  });
});

describe('list', () => {
  it('examines a bounded number of rows for a page, and goes on from there', async () => {
    const { deliveries } = setup();
    const wanted = aDelivery({ eventType: 'rare', createdAt: noon - 1_000 });
    await deliveries.commit(wanted, body);
    await Promise.all(
      Array.from({ length: limits.rowsExaminedPerPageMax }, () =>
        deliveries.commit(aDelivery(), body),
      ),
    );
    const query = {
      tenant: 'default',
      subscriptionId: null,
      status: null,
      eventType: 'rare',
      errorCode: null,
      since: null,
      until: null,
      limit: 10,
    };

    const first = await deliveries.list({ ...query, cursor: null });
    const second = await deliveries.list({ ...query, cursor: first.nextCursor });

    expect(first).toMatchObject({ items: [], nextCursor: expect.any(String) });
    expect(second).toStrictEqual({ items: [wanted], nextCursor: null });
  });

  it('gives no cursor when a full page is the last', async () => {
    const { deliveries, subscriptions } = setup();
    await subscriptions.create(aSubscription());
    const subscriptionId = aSubscriptionId();
    for (const createdAt of [noon, noon + 1]) {
      await deliveries.commit(aDelivery({ subscriptionId, createdAt, status: 'parked' }), body);
    }

    const page = await deliveries.listParked('default', subscriptionId, { limit: 2, cursor: null });

    expect(page).toMatchObject({ items: [{}, {}], nextCursor: null });
    expect(await subscriptions.list('default', { limit: 1, cursor: null })).toMatchObject({
      items: [{}],
      nextCursor: null,
    });
  });
});

describe('removeExpired', () => {
  it('removes deliveries with their bodies and attempts, at most as many as it is told', async () => {
    const { deliveries, sweeper, clock, database } = setup();
    const kept = aDelivery();
    await deliveries.commit(kept, body);
    for (let index = 0; index < 3; index += 1) {
      const delivery = aDelivery();
      const expiresAt = clock.now() + index;
      await deliveries.commit(delivery, body);
      await deliveries.recordAttempt(delivery, changed(delivery, { expiresAt }), anAttempt());
    }
    const count = (table: string) =>
      database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!['n'];

    expect(await sweeper.removeExpired(clock.now() + 1, 1)).toBe(1);
    expect(await sweeper.removeExpired(clock.now() + 1, 100)).toBe(1);
    expect(await sweeper.removeExpired(clock.now() + 1, 100)).toBe(0);
    expect([count('deliveries'), count('bodies'), count('attempts')]).toStrictEqual([2, 2, 1]);

    expect(await sweeper.removeExpired(clock.now() + 2, 100)).toBe(1);
    expect((await deliveries.load('default', [kept.id])).size).toBe(1);
    expect([count('deliveries'), count('bodies'), count('attempts')]).toStrictEqual([1, 1, 0]);
  });

  it('removes idempotency keys after their window and counters after their retention', async () => {
    const { idempotency, stats, sweeper } = setup();
    const owner = { tenant: 'default', subscriptionId: aSubscriptionId(), key: 'key' };
    await idempotency.claim(owner, { deliveryId: aDelivery().id, fingerprint: 'f' }, noon);
    await stats.add([aDelta()]);

    expect(await sweeper.removeExpired(noon + limits.idempotencyWindowMs - 1, 10)).toBe(0);
    expect(await sweeper.removeExpired(noon + limits.idempotencyWindowMs, 10)).toBe(1);
    const end = hourOf(noon) + limits.statsRetentionMs;
    expect(await sweeper.removeExpired(end - 1, 10)).toBe(0);
    // The subscription's hour and the tenant's.
    expect(await sweeper.removeExpired(end, 10)).toBe(2);
  });

  it('removes replay jobs that have expired, and no other', async () => {
    const { replays, sweeper, clock } = setup();
    const running = aReplayJob();
    const expiresAt = clock.now() + 5;
    await replays.create(running);
    await replays.create(aReplayJob({ state: 'completed', completedAt: noon, expiresAt }));

    expect(await sweeper.removeExpired(expiresAt - 1, 10)).toBe(0);
    expect(await sweeper.removeExpired(expiresAt, 10)).toBe(1);
    expect(await replays.get('default', running.id)).toStrictEqual(running);
  });

  it('removes dead letters after their retention', async () => {
    const { queue, receiver, sweeper } = setup();
    await queue.send([anAttemptMessage()]);
    let now = noon;
    for (let count = 0; count <= limits.queueReceivesMax; count += 1) {
      await receiver.receive({ limit: 1, now, visibilityMs: 1 });
      now += 1;
    }
    const deadAt = now - 1;

    expect(await sweeper.removeExpired(deadAt + limits.deadLetterRetentionMs - 1, 10)).toBe(0);
    expect(await sweeper.removeExpired(deadAt + limits.deadLetterRetentionMs, 10)).toBe(1);
  });
});
