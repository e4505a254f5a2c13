// What the list of open deliveries of every DeliveryStore must do; part of `delivery-store.ts`.
import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import type { DeliveryStore } from '../../../lambdas/core/ports.ts';
import { InvalidCursorError } from '../../../lambdas/core/shared/port-errors.ts';
import { hourMs } from '../../../lambdas/core/ledger/stats.ts';
import { aDelivery, aTenant, changed, noon } from '../../support/factories.ts';
import { cursorOf, garbledCursors, readAll, spoiled } from '../harness.ts';
import { aBody, stored, storedMany } from './stored-deliveries.ts';

type Suite = { store(): DeliveryStore };

export function openDeliveriesContract({ store }: Suite): void {
  const page =
    (tenant: string, limit: number = limits.ledgerPageSize) =>
    (cursor: string | null) =>
      store().listOpen(tenant, { limit, cursor });

  describe('the list of what is open', () => {
    it.each(['pending', 'retrying'] as const)(
      'has what is %s and has changed after the hour in which it was accepted',
      async (status) => {
        const tenant = aTenant();
        const accepted = await stored(store(), { tenant });
        const late = changed(accepted, { status, updatedAt: noon + hourMs });
        await store().transition(accepted, late);

        expect(await readAll(page(tenant))).toEqual([late]);
      },
    );

    it.each(['parked', 'delivered', 'failed', 'cancelled'] as const)(
      'has nothing that is %s, and no more what was open before',
      async (status) => {
        const tenant = aTenant();
        const accepted = await stored(store(), { tenant });
        const late = changed(accepted, { status: 'retrying', updatedAt: noon + hourMs });
        await store().transition(accepted, late);
        await store().transition(late, changed(late, { status }));

        expect(await readAll(page(tenant))).toEqual([]);
      },
    );

    it('has what was put there, changed or not, and for as long as it is open', async () => {
      const tenant = aTenant();
      const [first, second] = await storedMany(store(), 2, { tenant });
      await store().indexOpen([first!, second!]);
      await store().indexOpen([]);
      expect(await readAll(page(tenant))).toEqual([first, second]);

      await store().transition(first!, changed(first!, { status: 'delivered' }));
      expect(await readAll(page(tenant))).toEqual([second]);
    });

    it('is not told by somebody who read a row before its end', async () => {
      const tenant = aTenant();
      const delivery = await stored(store(), { tenant });
      const delivered = changed(delivery, { status: 'delivered' });
      await store().transition(delivery, delivered);
      await store().indexOpen([delivery]);

      expect(await readAll(page(tenant))).toEqual([]);
      const loaded = await store().load(tenant, [delivery.id]);
      expect(loaded.get(delivery.id)?.delivery).toEqual(delivered);
    });

    it('leaves the row as it is, for whoever changes it at the same time', async () => {
      const tenant = aTenant();
      const delivery = await stored(store(), { tenant });
      await store().indexOpen([delivery]);

      const next = changed(delivery, { status: 'retrying' });
      expect(await store().transition(delivery, next)).toBe('applied');
    });

    it('goes over all subscriptions of one tenant, oldest first, in pages', async () => {
      const tenant = aTenant();
      const deliveries = await storedMany(store(), 7, { tenant });
      const retried = [];
      for (const [index, delivery] of deliveries.entries()) {
        const status = index % 2 === 0 ? ('retrying' as const) : ('pending' as const);
        const late = changed(delivery, { status, updatedAt: noon + 5 * hourMs });
        await store().transition(delivery, late);
        retried.push(late);
      }
      const other = aDelivery({ tenant: aTenant(), updatedAt: noon + hourMs });
      await store().commit(other, aBody());

      expect(await readAll(page(tenant))).toEqual(retried);
      expect(await readAll(page(tenant, 2))).toEqual(retried);
      expect(await readAll(page(other.tenant))).toEqual([other]);
    });

    it('takes only cursors of its own and of the same tenant', async () => {
      const tenant = aTenant();
      await store().indexOpen(await storedMany(store(), 3, { tenant }));
      const cursor = await cursorOf(page(tenant, 1));

      await expect(page(aTenant(), 1)(cursor)).rejects.toThrow(InvalidCursorError);
      for (const text of [...garbledCursors, ...spoiled(cursor)]) {
        await expect(page(tenant)(text), text).rejects.toThrow(InvalidCursorError);
      }
    });
  });
}
