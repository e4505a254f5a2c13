// What every RateLimitStore must do.
import { describe, expect, it } from 'vitest';
import type { RateLimitStore } from '../../lambdas/core/ports.ts';
import { reserveSlot } from '../../lambdas/core/endpoints/rate-limit.ts';
import type { RateLimit } from '../../lambdas/core/endpoints/rate-limit.ts';
import { aSubscriptionId, aTenant, noon } from '../support/factories.ts';
import { type Open, openForSuite } from './harness.ts';

type Owner = Parameters<RateLimitStore['reserve']>[0];

const ascending = (a: number, b: number) => a - b;

function anOwner(limit: RateLimit, fields: Partial<Owner> = {}): Owner {
  return { tenant: aTenant(), ownerId: aSubscriptionId(), limit, purpose: 'delivery', ...fields };
}

export function rateLimitStoreContract(name: string, open: Open<RateLimitStore>): void {
  describe(`RateLimitStore on ${name}`, () => {
    const { store } = openForSuite(open);

    /** The slots of reservations that are asked for one after the other. */
    async function slotsOf(owner: Owner, times: readonly number[]): Promise<number[]> {
      const slots: number[] = [];
      for (const now of times) slots.push(await store().reserve(owner, now));
      return slots;
    }

    it.each<[string, RateLimit]>([
      ['a few a second', { perSecond: 2, burst: 3 }],
      ['the fastest', { perSecond: 1_000, burst: 1_000 }],
      ['the slowest', { perSecond: 0.01, burst: 1 }],
      ['an interval that no number holds exactly', { perSecond: 3, burst: 2 }],
      ['an interval with many digits', { perSecond: 0.0372491, burst: 4 }],
    ])('gives the slots of the limit, busy or idle: %s', async (_, limit) => {
      const quietMs = 3 * limit.burst * (1_000 / limit.perSecond);
      const times = [0, 0, 0, 1, 1, 250, 250, quietMs, quietMs, 2 * quietMs].map((ms) =>
        Math.round(noon + ms),
      );
      let busyUntil: number | undefined;
      const expected = times.map((now) => {
        const reserved = reserveSlot(limit, busyUntil, now);
        ({ busyUntil } = reserved);
        return reserved.slotAt;
      });

      const slots = await slotsOf(anOwner(limit), times);

      // Sums of fractions are rounded where they are made.
      for (const [index, slot] of slots.entries()) {
        expect(Number.isInteger(slot)).toBe(true);
        expect(Math.abs(slot - expected[index]!)).toBeLessThanOrEqual(1);
      }
    });

    it('gives each slot once to many that ask at the same time', async () => {
      const owner = anOwner({ perSecond: 10, burst: 5 });

      const slots = await Promise.all(
        Array.from({ length: 25 }, () => store().reserve(owner, noon)),
      );

      expect(slots.toSorted(ascending)).toStrictEqual([
        ...Array<number>(5).fill(noon),
        ...Array.from({ length: 20 }, (_, index) => noon + (index + 1) * 100),
      ]);
    });

    it('gives each slot once to many that ask at the same time after a quiet time', async () => {
      const owner = anOwner({ perSecond: 1, burst: 1 });
      await store().reserve(owner, noon - 60_000);

      const slots = await Promise.all(
        Array.from({ length: 8 }, () => store().reserve(owner, noon)),
      );

      expect(slots.toSorted(ascending)).toStrictEqual(
        Array.from({ length: 8 }, (_, index) => noon + index * 1_000),
      );
    });

    it('gives no slot before now, and none twice, where clocks differ', async () => {
      const owner = anOwner({ perSecond: 1, burst: 1 });
      const slots = await slotsOf(owner, [noon + 500, noon, noon + 200, noon + 400]);

      expect(slots).toStrictEqual([0, 1_000, 2_000, 3_000].map((ms) => noon + 500 + ms));
    });

    it.each([3_600_000, 400 * 86_400_000])(
      'begins anew after a clock that was %d ms ahead',
      async (aheadMs) => {
        const owner = anOwner({ perSecond: 1, burst: 1 });
        await slotsOf(owner, [noon + aheadMs, noon + aheadMs]);

        expect(await slotsOf(owner, [noon, noon, noon + 1])).toStrictEqual([
          noon,
          noon + 1_000,
          noon + 2_000,
        ]);
      },
    );

    it('keeps what is reserved, however far ahead, by clocks that differ a little', async () => {
      const owner = anOwner({ perSecond: 0.01, burst: 1 });
      const times = Array.from({ length: 50 }, (_, index) => noon + (index % 2) * 1_000);
      const slots = await slotsOf(owner, times);

      expect(slots.at(-1)).toBe(noon + 49 * 100_000);
    });

    it('keeps owners, tenants, limits and purposes apart', async () => {
      const limit = { perSecond: 1, burst: 1 };
      const owner = anOwner(limit);
      await slotsOf(owner, [noon, noon]);
      const others = [
        { ...owner, ownerId: aSubscriptionId() },
        { ...owner, tenant: aTenant() },
        { ...owner, ownerId: 'key_0123456789abcdef' as const },
        { ...owner, purpose: 'ingest' as const },
        // Another limit begins anew: what was reserved under the old one is no measure of it.
        { ...owner, limit: { ...limit, burst: 2 } },
        { ...owner, limit: { ...limit, perSecond: 2 } },
      ];

      for (const other of others) expect(await store().reserve(other, noon)).toBe(noon);

      expect(await store().reserve(owner, noon)).toBe(noon + 2_000);
    });
  });
}
