import { describe, expect, it } from 'vitest';
import {
  attemptKey,
  bodyKey,
  deliveryKey,
  deliveryOf,
  deliveryPartitions,
  enteredDelivery,
  entryKey,
  heldPartition,
  heldPartitions,
  idempotencyKey,
  ledgerPartitions,
  statsPartition,
  statsSortKey,
  subscriptionPartition,
} from '../../../../lambdas/adapters/aws/table/keys.ts';
import { limits } from '../../../../lambdas/contract/limits/limits.ts';
import { sortKeyAt } from '../../../../lambdas/core/ids.ts';
import { aDelivery, aSubscriptionId, noon } from '../../../support/factories.ts';

describe('keys', () => {
  const subscriptionId = aSubscriptionId();
  const many = Array.from({ length: 2_000 }, () => aDelivery({ subscriptionId }).id);

  it.each(['default', 'a#b', 'ü/☃', '%23', ''])(
    'finds a delivery by its row, for the tenant %j',
    (tenant) => {
      const [id] = many;
      expect(deliveryOf(deliveryKey(tenant, id!))).toStrictEqual({ tenant, id });
      expect(enteredDelivery(entryKey(tenant, id!))).toBe(id);
    },
  );

  it('keeps tenants apart that try to look like another key', () => {
    const partitions = ['a', 'a#subscriptions', 'a#stats'].flatMap((tenant) => [
      subscriptionPartition(tenant),
      statsPartition(tenant, 'sub_all'),
      ...ledgerPartitions(tenant),
      ...deliveryPartitions(tenant, subscriptionId),
    ]);
    expect(new Set(partitions).size).toBe(partitions.length);
  });

  type Id = (typeof many)[number];

  it.each([
    {
      what: 'rows',
      shards: limits.deliveryShards,
      partitionOf: (id: Id) => deliveryKey('default', id).pk,
      partitions: deliveryPartitions('default', subscriptionId),
    },
    {
      what: 'the ledger',
      shards: limits.ledgerShards,
      partitionOf: (id: Id) => entryKey('default', id).pk,
      partitions: ledgerPartitions('default'),
    },
    {
      what: 'the held index',
      shards: limits.deliveryShards,
      partitionOf: (id: Id) => heldPartition(deliveryKey('default', id), 'parked'),
      partitions: heldPartitions('default', subscriptionId, 'parked'),
    },
  ])('spreads $what evenly over its partitions', ({ shards, partitionOf, partitions }) => {
    const counts = new Map(partitions.map((partition) => [partition, 0]));
    for (const id of many) {
      counts.set(partitionOf(id), (counts.get(partitionOf(id)) ?? Number.NaN) + 1);
    }
    expect(partitions).toHaveLength(shards);
    for (const count of counts.values()) {
      expect(count).toBeGreaterThan((many.length / shards) * 0.7);
      expect(count).toBeLessThan((many.length / shards) * 1.3);
    }
  });

  it('sorts bodies and attempts behind every row, so that listing does not read them', () => {
    const row = deliveryKey('default', many[0]!);
    const lastRow = sortKeyAt(2 ** 48 - 1);
    expect(bodyKey(row, 'token').sk > lastRow).toBe(true);
    expect(attemptKey(row, 'token').sk > lastRow).toBe(true);
    expect(attemptKey(row, 'token').pk).toBe(row.pk);
  });

  it('has no idempotency key in clear, whatever its length', () => {
    const { pk, sk } = idempotencyKey({ tenant: 'default', subscriptionId, key: 'secret order' });
    expect(pk).toBe(`default#${subscriptionId.slice(4)}#idempotency`);
    expect(sk).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('sorts hours by time', () => {
    expect(statsSortKey(noon)).toBe('2035-01-15T12:00:00.000Z');
  });
});
