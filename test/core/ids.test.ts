import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ids from '../../lambdas/core/ids.ts';

const time = fc.integer({ min: 0, max: 2 ** 45 - 1 });
const chance = fc.uint8Array({ minLength: 10, maxLength: 10 });

describe('ids', () => {
  it('carry their time and their subscription', () => {
    fc.assert(
      fc.property(fc.tuple(time, time), fc.tuple(chance, chance), (times, chances) => {
        const [createdAt, acceptedAt] = times;
        const subscriptionId = ids.subscriptionIdFrom(createdAt, chances[0]);
        const deliveryId = ids.deliveryIdFrom(subscriptionId, acceptedAt, chances[1]);
        expect(ids.isSubscriptionId(subscriptionId)).toBe(true);
        expect(ids.isDeliveryId(deliveryId)).toBe(true);
        expect(ids.subscriptionIdOf(deliveryId)).toBe(subscriptionId);
        expect(ids.acceptedAtOf(deliveryId)).toBe(acceptedAt);
        expect(ids.isReplayId(ids.replayIdFrom(createdAt, chances[0]))).toBe(true);
        expect(deliveryId).not.toContain('.');
        expect(ids.sortKeyAt(acceptedAt) <= ids.deliverySortKey(deliveryId)).toBe(true);
        expect(ids.sortKeyAt(acceptedAt + 1) > ids.deliverySortKey(deliveryId)).toBe(true);
      }),
    );
  });

  it('sort by time', () => {
    fc.assert(
      fc.property(time, time, chance, (one, other, bytes) => {
        const [early, late] = one <= other ? [one, other] : [other, one];
        const subscriptionId = ids.subscriptionIdFrom(0, bytes);
        const key = (at: number) =>
          ids.deliverySortKey(ids.deliveryIdFrom(subscriptionId, at, bytes));
        expect(key(early) <= key(late)).toBe(true);
        expect(ids.subscriptionIdFrom(early, bytes) <= ids.subscriptionIdFrom(late, bytes)).toBe(
          true,
        );
      }),
    );
  });

  it('do not repeat', () => {
    const made = new Set<string>();
    const subscriptionId = ids.subscriptionIdFrom(1, randomBytes(10));
    for (let index = 0; index < 10_000; index += 1) {
      made.add(ids.deliveryIdFrom(subscriptionId, 1, randomBytes(10)));
    }
    expect(made.size).toBe(10_000);
  });

  it.each([
    '',
    'sub_',
    'rpl_',
    'dlv_1',
    'rpl_IIIIIIIIIIIIIIII',
    'sub_AAAAAAAAAAAAAAAA',
    '1',
    `sub_${'i'.repeat(16)}`,
    '../etc',
  ])('refuse %j', (text) => {
    expect(ids.isSubscriptionId(text)).toBe(false);
    expect(ids.isDeliveryId(text)).toBe(false);
    expect(ids.isReplayId(text)).toBe(false);
  });
});
