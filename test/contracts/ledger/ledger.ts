// What the ledger of every DeliveryStore must do; part of `delivery-store.ts`.
import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { LedgerEntry } from '../../../lambdas/core/ledger/ledger.ts';
import type { DeliveryStore } from '../../../lambdas/core/ports.ts';
import { InvalidCursorError } from '../../../lambdas/core/shared/port-errors.ts';
import { hourMs, hourOf } from '../../../lambdas/core/ledger/stats.ts';
import type { TestClock } from '../../support/clock.ts';
import { aDelivery, aTenant, changed, noon, retentionMs } from '../../support/factories.ts';
import { cursorOf, forged, garbledCursors, readAll, readPages, spoiled } from '../harness.ts';
import { aBody, minute, stored, storedMany } from '../deliveries/stored-deliveries.ts';

type Suite = { store(): DeliveryStore; clock: TestClock };

const hour = hourOf(noon);
const oneHour = { fromHour: hour, untilHour: hour + hourMs };

const entryOf = (delivery: Delivery): LedgerEntry => ({
  id: delivery.id,
  keptUntil: delivery.createdAt + retentionMs,
  delivery,
});

export function ledgerContract({ store, clock }: Suite): void {
  const page =
    (tenant: string, limit: number = limits.ledgerPageSize, range = oneHour) =>
    (cursor: string | null) =>
      store().listLedger(tenant, range, { limit, cursor });

  describe('the ledger', () => {
    it('has an entry with the row of everything that was committed, oldest first', async () => {
      const tenant = aTenant();
      const deliveries = await storedMany(store(), 7, { tenant });
      await stored(store(), { tenant: aTenant() });

      const entries = deliveries.map(entryOf);
      expect(await readAll(page(tenant))).toStrictEqual(entries);
      expect(await readAll(page(tenant, 2))).toStrictEqual(entries);
    });

    it.each(['pending', 'retrying', 'parked', 'delivered', 'failed', 'cancelled'] as const)(
      'shows a row as it is after its last change: %s',
      async (status) => {
        const tenant = aTenant();
        const delivery = await stored(store(), { tenant, status });

        expect(await readAll(page(tenant))).toStrictEqual([entryOf(delivery)]);
      },
    );

    it('keeps to its hours, to the millisecond', async () => {
      const tenant = aTenant();
      await stored(store(), { tenant, createdAt: hour - 1 });
      const first = await stored(store(), { tenant, createdAt: hour });
      const last = await stored(store(), { tenant, createdAt: hour + hourMs - 1 });
      await stored(store(), { tenant, createdAt: hour + hourMs });

      expect(await readAll(page(tenant))).toStrictEqual([first, last].map(entryOf));
    });

    it('has one entry for what is committed or entered again', async () => {
      const tenant = aTenant();
      const delivery = await stored(store(), { tenant });
      await store().commit(delivery, aBody());
      await store().enter(tenant, delivery.id);

      expect(await readAll(page(tenant))).toStrictEqual([entryOf(delivery)]);
    });

    it('names a delivery that has no row', async () => {
      const tenant = aTenant();
      const { id } = aDelivery({ createdAt: noon });
      await store().enter(tenant, id);

      const entry = { id, keptUntil: noon + retentionMs, delivery: null };
      expect(await readAll(page(tenant))).toStrictEqual([entry]);
    });

    it('shows no row that has expired', async () => {
      const tenant = aTenant();
      const delivery = await stored(store(), { tenant });
      const after = changed(delivery, { status: 'delivered', expiresAt: clock.now() });
      await store().transition(delivery, after);

      const entry = { ...entryOf(delivery), delivery: null };
      expect(await readAll(page(tenant))).toStrictEqual([entry]);
    });

    it('pages without loss or repetition while more is accepted', async () => {
      const tenant = aTenant();
      const deliveries = await storedMany(store(), 9, { tenant });
      let later = 20;

      const pages = await readPages(page(tenant, 4), async () => {
        later += 1;
        if (later < 24) await stored(store(), { tenant, createdAt: noon + later * minute });
      });

      const found = pages.flat().map(({ id }) => id);
      expect(found.slice(0, 9)).toStrictEqual(deliveries.map(({ id }) => id));
      expect(new Set(found).size).toBe(found.length);
    });

    it('takes only cursors of its own, for the same hours and the same tenant', async () => {
      const tenant = aTenant();
      await storedMany(store(), 3, { tenant });
      const cursor = await cursorOf(page(tenant, 1));
      const longer = { fromHour: hour, untilHour: hour + 2 * hourMs };

      for (const other of [page(aTenant(), 1), page(tenant, 1, longer)]) {
        await expect(other(cursor)).rejects.toThrow(InvalidCursorError);
      }
      const query = ['ledger', tenant, hour, hour + hourMs];
      for (const other of [...garbledCursors, ...spoiled(cursor), ...forged(query)]) {
        await expect(page(tenant)(other), other).rejects.toThrow(InvalidCursorError);
      }
    });
  });
}
