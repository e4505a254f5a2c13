// What every IdempotencyStore must do.
import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { IdempotencyClaim, IdempotencyStore } from '../../lambdas/core/ports.ts';
import { aDelivery, aSubscriptionId, aTenant, noon } from '../support/factories.ts';
import { type Open, openForSuite } from './harness.ts';

const aClaim = (fingerprint = 'f'.repeat(64)): IdempotencyClaim => ({
  deliveryId: aDelivery().id,
  fingerprint,
});

const anOwner = (key = 'order-1') => ({
  tenant: aTenant(),
  subscriptionId: aSubscriptionId(),
  key,
});

export function idempotencyStoreContract(name: string, open: Open<IdempotencyStore>): void {
  describe(`IdempotencyStore on ${name}`, () => {
    const { store } = openForSuite(open);

    it('gives a free key to the first claim, and that claim to the next', async () => {
      const owner = anOwner();
      const first = aClaim('one');

      expect(await store().claim(owner, first, noon)).toStrictEqual(first);
      expect(await store().claim(owner, aClaim('two'), noon + 1)).toStrictEqual(first);
      expect(await store().claim(owner, first, noon + 2)).toStrictEqual(first);
    });

    it('keeps keys, subscriptions and tenants apart', async () => {
      const owner = anOwner('a');
      const owners = [
        owner,
        { ...owner, key: 'b' },
        { ...owner, key: 'A' },
        { ...owner, key: 'a ' },
        { ...owner, subscriptionId: aSubscriptionId() },
        { ...owner, tenant: aTenant() },
      ];
      for (const other of owners) {
        const claim = aClaim();
        expect(await store().claim(other, claim, noon)).toStrictEqual(claim);
      }
    });

    it.each(['a#b', 'ü☃𝄞', "'; --", '%00', 'k'.repeat(limits.idempotencyKeyLengthMax), ' '])(
      'takes the key %j',
      async (key) => {
        const owner = anOwner(key);
        const claim = aClaim();

        expect(await store().claim(owner, claim, noon)).toStrictEqual(claim);
        expect(await store().claim(owner, aClaim(), noon)).toStrictEqual(claim);
      },
    );

    it('holds a key for the window and not longer, however often it is asked for', async () => {
      const owner = anOwner();
      const first = aClaim();
      const second = aClaim();
      const end = noon + limits.idempotencyWindowMs;
      await store().claim(owner, first, noon);

      expect(await store().claim(owner, second, end - 1)).toStrictEqual(first);
      expect(await store().claim(owner, second, end)).toStrictEqual(second);
      expect(await store().claim(owner, first, end + 1)).toStrictEqual(second);
    });

    it.each([
      ['free', false],
      ['expired', true],
    ])('gives a key that is %s to one of 50 concurrent claims', async (_, isExpired) => {
      const owner = anOwner();
      if (isExpired) await store().claim(owner, aClaim(), noon - limits.idempotencyWindowMs);
      const claims = Array.from({ length: 50 }, () => aClaim());

      const results = await Promise.all(claims.map((claim) => store().claim(owner, claim, noon)));

      expect(new Set(results.map(({ deliveryId }) => deliveryId)).size).toBe(1);
      expect(claims).toContainEqual(results[0]);
    });
  });
}
