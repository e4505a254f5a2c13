// What the lists of every DeliveryStore must do; part of `delivery-store.ts`.
import { describe, expect, it } from 'vitest';
import type { Delivery, DeliveryStatus } from '../../../lambdas/core/deliveries/delivery.ts';
import type { SubscriptionId } from '../../../lambdas/core/ids.ts';
import { InvalidCursorError } from '../../../lambdas/core/shared/port-errors.ts';
import type { DeliveryQuery, DeliveryStore } from '../../../lambdas/core/ports.ts';
import type { TestClock } from '../../support/clock.ts';
import { aDelivery, aSubscriptionId, aTenant, changed, noon } from '../../support/factories.ts';
import { cursorOf, forged, garbledCursors, readAll, readPages, spoiled } from '../harness.ts';
import { aBody, minute, stored, storedMany } from './stored-deliveries.ts';

type Suite = { store(): DeliveryStore; clock: TestClock };

const idsOf = (deliveries: readonly Delivery[]) => deliveries.map(({ id }) => id);

export function deliveryListsContract({ store, clock }: Suite): void {
  const page =
    (query: Partial<DeliveryQuery> & { tenant: string }) =>
    (cursor: string | null): Promise<{ items: readonly Delivery[]; nextCursor: string | null }> =>
      store().list({
        subscriptionId: null,
        status: null,
        eventType: null,
        errorCode: null,
        since: null,
        until: null,
        limit: 100,
        cursor,
        ...query,
      });

  describe('list', () => {
    it('is empty for a tenant without deliveries', async () => {
      expect(await readAll(page({ tenant: aTenant() }))).toStrictEqual([]);
    });

    it('gives whole deliveries, the newest first, of the tenant alone', async () => {
      const tenant = aTenant();
      const deliveries = await storedMany(store(), 12, { tenant });
      await storedMany(store(), 2, { tenant: aTenant() });

      expect(await readAll(page({ tenant }))).toStrictEqual(deliveries.toReversed());
    });

    it('shows a delivery as it is after its last change', async () => {
      const tenant = aTenant();
      const accepted = await stored(store(), { tenant });
      const after = changed(accepted, { status: 'retrying', nextAttemptAt: noon + 5_000 });
      await store().transition(accepted, after);

      expect(await readAll(page({ tenant }))).toStrictEqual([after]);
    });

    describe('with filters', () => {
      const tenant = aTenant();
      const ours = aSubscriptionId();
      const theirs = aSubscriptionId();
      const statuses: DeliveryStatus[] = [
        'pending',
        'retrying',
        'parked',
        'delivered',
        'failed',
        'cancelled',
      ];
      let all: Delivery[] | undefined;

      async function seed(): Promise<Delivery[]> {
        if (all !== undefined) return all;
        all = [];
        for (let index = 0; index < 36; index += 1) {
          const delivery = await stored(store(), {
            tenant,
            subscriptionId: index % 2 === 0 ? ours : theirs,
            status: statuses[Math.floor(index / 2) % 6]!,
            eventType: [null, 'order.paid', 'order.paid.late'][Math.floor(index / 12)]!,
            lastErrorCode: [null, 'http_error', 'dns_timeout'][index % 3]!,
            createdAt: noon + index * minute,
          });
          all.push(delivery);
        }
        return all;
      }

      const filters: Partial<DeliveryQuery>[] = [
        ...statuses.map((status) => ({ status })),
        ...statuses.map((status) => ({ status, subscriptionId: ours })),
        { subscriptionId: ours },
        { subscriptionId: aSubscriptionId() },
        { eventType: 'order.paid' },
        { eventType: 'order' },
        { eventType: 'order.paid.late', subscriptionId: theirs },
        { errorCode: 'http_error' },
        { errorCode: 'http', subscriptionId: theirs },
        { errorCode: 'dns_timeout', status: 'failed', subscriptionId: ours },
        { since: noon + 10 * minute },
        { until: noon + 10 * minute },
        { since: noon + 10 * minute + 1, until: noon + 20 * minute + 1 },
        { since: noon + 20 * minute, until: noon + 20 * minute },
        { since: noon + 20 * minute, until: noon + 10 * minute },
        { since: noon + 10 * minute, subscriptionId: ours },
        { until: noon + 10 * minute, subscriptionId: ours, status: 'parked' },
        { since: noon + 5 * minute, until: noon + 30 * minute, status: 'failed' },
        {
          subscriptionId: ours,
          status: 'failed',
          eventType: 'order.paid',
          since: noon + 12 * minute,
          until: noon + 24 * minute,
        },
        { since: 0, until: Date.UTC(2200, 0, 1) },
      ];

      function matches(delivery: Delivery, filter: Partial<DeliveryQuery>): boolean {
        const exact = [
          [filter.subscriptionId, delivery.subscriptionId],
          [filter.status, delivery.status],
          [filter.eventType, delivery.eventType],
          [filter.errorCode, delivery.lastErrorCode],
        ];
        return (
          exact.every(([wanted, found]) => wanted === undefined || wanted === found) &&
          delivery.createdAt >= (filter.since ?? 0) &&
          delivery.createdAt < (filter.until ?? Infinity)
        );
      }

      it.each(filters)('%j', async (filter) => {
        const expected = (await seed())
          .filter((delivery) => matches(delivery, filter))
          .toReversed();

        expect(await readAll(page({ tenant, ...filter }))).toStrictEqual(expected);
        expect(await readAll(page({ tenant, ...filter, limit: 2 }))).toStrictEqual(expected);
      });
    });

    it.each([
      ['all', {}],
      ['of a subscription', { subscriptionId: aSubscriptionId() }],
      ['failed ones of a subscription', { subscriptionId: aSubscriptionId(), status: 'failed' }],
      ['parked ones', { status: 'parked' }],
    ] as [string, Partial<Delivery>][])(
      'pages without loss or repetition while new ones arrive: %s',
      async (_, filter) => {
        const tenant = aTenant();
        const fields = { tenant, subscriptionId: aSubscriptionId(), ...filter };
        const deliveries = await storedMany(store(), 10, fields);
        let arrivals = 0;

        const pages = await readPages(page({ tenant, ...filter, limit: 3 }), async () => {
          arrivals += 1;
          await stored(store(), { ...fields, createdAt: noon + 60 * minute + arrivals });
        });

        expect(idsOf(pages.flat())).toStrictEqual(idsOf(deliveries.toReversed()));
        expect(pages.every((items) => items.length <= 3)).toBe(true);
        expect(arrivals).toBeGreaterThanOrEqual(3);
      },
    );

    it('pages through deliveries of the same millisecond', async () => {
      const tenant = aTenant();
      const deliveries: Delivery[] = [];
      for (let index = 0; index < 9; index += 1) {
        deliveries.push(await stored(store(), { tenant, createdAt: noon }));
      }

      const found = await readAll(page({ tenant, limit: 2 }));

      expect(idsOf(found).toSorted()).toStrictEqual(idsOf(deliveries).toSorted());
    });

    it('takes a cursor with another limit', async () => {
      const tenant = aTenant();
      const deliveries = await storedMany(store(), 5, { tenant });
      const cursor = await cursorOf(page({ tenant, limit: 2 }));

      const rest = await readAll((next) => page({ tenant, limit: 100 })(next ?? cursor));

      expect(idsOf(rest)).toStrictEqual(idsOf(deliveries.slice(0, 3).toReversed()));
    });

    it('leaves out what has expired, to the millisecond', async () => {
      const tenant = aTenant();
      const subscriptionId = aSubscriptionId();
      const of = (status: DeliveryStatus, expiresAt: number, createdAt: number) =>
        stored(store(), { tenant, subscriptionId, status, expiresAt, createdAt });
      await of('delivered', clock.now() - 1, noon);
      await of('failed', clock.now(), noon + 1);
      const kept = await of('failed', clock.now() + 1, noon + 2);

      expect(await readAll(page({ tenant }))).toStrictEqual([kept]);
      expect(await readAll(page({ tenant, subscriptionId }))).toStrictEqual([kept]);
      expect(await readAll(page({ tenant, status: 'failed' }))).toStrictEqual([kept]);
      expect(await readAll(page({ tenant, subscriptionId, status: 'failed' }))).toStrictEqual([
        kept,
      ]);
    });

    it.each(garbledCursors)('refuses the cursor %j', async (cursor) => {
      const tenant = aTenant();

      await expect(page({ tenant })(cursor)).rejects.toThrow(InvalidCursorError);
      await expect(page({ tenant, status: 'failed' })(cursor)).rejects.toThrow(InvalidCursorError);
    });

    it('refuses a cursor that was cut or changed', async () => {
      const tenant = aTenant();
      await storedMany(store(), 3, { tenant });
      const cursor = await cursorOf(page({ tenant, limit: 1 }));

      for (const other of spoiled(cursor)) {
        await expect(page({ tenant })(other), other).rejects.toThrow(InvalidCursorError);
      }
    });

    it('refuses a forged cursor, whichever the filters are', async () => {
      const tenant = aTenant();
      const subscriptionId = aSubscriptionId();
      await storedMany(store(), 3, { tenant, subscriptionId });
      for (const of of [null, subscriptionId]) {
        const query = ['deliveries', tenant, of, null, null, null, null, null];
        for (const cursor of forged(query)) {
          await expect(page({ tenant, subscriptionId: of })(cursor), cursor).rejects.toThrow(
            InvalidCursorError,
          );
        }
      }
    });

    it('refuses the cursor of another query', async () => {
      const tenant = aTenant();
      const subscriptionId = aSubscriptionId();
      await storedMany(store(), 3, { tenant, subscriptionId });
      const cursor = await cursorOf(page({ tenant, limit: 1 }));
      const queries: Partial<DeliveryQuery>[] = [
        { tenant: aTenant() },
        { subscriptionId },
        { status: 'pending' },
        { status: 'parked', subscriptionId },
        { eventType: 'invoice.paid' },
        { errorCode: 'http_error' },
        { since: noon },
        { until: noon + 60 * minute },
      ];

      for (const query of queries) {
        await expect(page({ tenant, ...query })(cursor), JSON.stringify(query)).rejects.toThrow(
          InvalidCursorError,
        );
      }
    });
  });
}

export function parkedListContract({ store }: Suite): void {
  const page =
    (tenant: string, subscriptionId: SubscriptionId, limit = 100) =>
    (cursor: string | null) =>
      store().listParked(tenant, subscriptionId, { limit, cursor });

  describe('listParked', () => {
    it('gives what was accepted as parked and what was parked later, the oldest first', async () => {
      const tenant = aTenant();
      const subscriptionId = aSubscriptionId();
      const fields = { tenant, subscriptionId };
      const second = aDelivery({ ...fields, status: 'parked', createdAt: noon + minute });
      await store().commit(second, aBody());
      const first = await stored(store(), { ...fields, status: 'parked', createdAt: noon });
      await stored(store(), { ...fields, status: 'failed' });
      await stored(store(), { ...fields, status: 'pending' });
      await stored(store(), { tenant, status: 'parked' });
      await stored(store(), { tenant: aTenant(), subscriptionId, status: 'parked' });

      const found = await readAll(page(tenant, subscriptionId));

      expect(found).toStrictEqual([first, second]);
    });

    it.each<DeliveryStatus>(['pending', 'retrying', 'delivered', 'failed', 'cancelled'])(
      'loses a delivery that becomes %s',
      async (status) => {
        const tenant = aTenant();
        const subscriptionId = aSubscriptionId();
        const parked = await stored(store(), { tenant, subscriptionId, status: 'parked' });
        await store().transition(parked, changed(parked, { status }));

        expect(await readAll(page(tenant, subscriptionId))).toStrictEqual([]);
      },
    );

    it('has a delivery that was parked, changed and parked again once', async () => {
      const tenant = aTenant();
      const subscriptionId = aSubscriptionId();
      const parked = await stored(store(), { tenant, subscriptionId, status: 'parked' });
      const pending = changed(parked, { status: 'pending' });
      const again = changed(pending, { status: 'parked' });
      await store().transition(parked, pending);
      await store().transition(pending, again);

      expect(await readAll(page(tenant, subscriptionId))).toStrictEqual([again]);
    });

    it('pages without loss or repetition while rows leave and arrive', async () => {
      const tenant = aTenant();
      const subscriptionId = aSubscriptionId();
      const fields = { tenant, subscriptionId, status: 'parked' as const };
      const deliveries = await storedMany(store(), 10, fields);
      const seen: string[] = [];
      let arrivals = 0;

      await readPages(async (cursor) => {
        const found = await page(tenant, subscriptionId, 3)(cursor);
        // A drain sends what a page holds, and so takes it off the list.
        for (const delivery of found.items) {
          seen.push(delivery.id);
          await store().transition(delivery, changed(delivery, { status: 'delivered' }));
        }
        arrivals += 1;
        if (arrivals === 2) await stored(store(), { ...fields, createdAt: noon - minute });
        return found;
      });

      expect(seen).toStrictEqual(idsOf(deliveries));
    });

    it('refuses the cursor of another list', async () => {
      const tenant = aTenant();
      const subscriptionId = aSubscriptionId();
      await storedMany(store(), 3, { tenant, subscriptionId, status: 'parked' });
      const cursor = await cursorOf(page(tenant, subscriptionId, 1));
      const others = [page(tenant, aSubscriptionId()), page(aTenant(), subscriptionId)];

      for (const other of others) await expect(other(cursor)).rejects.toThrow(InvalidCursorError);
      for (const other of [...garbledCursors, ...spoiled(cursor)]) {
        await expect(page(tenant, subscriptionId)(other), other).rejects.toThrow(
          InvalidCursorError,
        );
      }
    });
  });

  describe('countParked', () => {
    it('counts what is parked now, for whatever reason, of the subscription alone', async () => {
      const tenant = aTenant();
      const subscriptionId = aSubscriptionId();
      const fields = { tenant, subscriptionId };
      expect((await store().countParked(tenant, subscriptionId, 100)).events).toBe(0);
      const parked = await storedMany(store(), 12, { ...fields, status: 'parked' });
      const reason = 'circuit_open' as const;
      await store().commit(aDelivery({ ...fields, status: 'parked', reason }), aBody());
      await storedMany(store(), 2, { ...fields, status: 'failed' });
      await stored(store(), fields);
      await stored(store(), { tenant, status: 'parked' });
      await stored(store(), { tenant: aTenant(), subscriptionId, status: 'parked' });
      expect((await store().countParked(tenant, subscriptionId, 100)).events).toBe(13);

      await store().transition(parked[0]!, changed(parked[0]!, { status: 'delivered' }));

      expect((await store().countParked(tenant, subscriptionId, 100)).events).toBe(12);
    });

    it('tells how many bytes their bodies have, or that it cannot', async () => {
      const tenant = aTenant();
      const fields = { tenant, subscriptionId: aSubscriptionId() };
      const [first, second] = [1_000, 70_000].map((length) => ({
        delivery: aDelivery({ ...fields, status: 'parked' }),
        body: new Uint8Array(length),
      }));
      for (const { delivery, body } of [first!, second!]) await store().commit(delivery, body);
      await store().commit(aDelivery(fields), new Uint8Array(500));
      const bytes = async () => (await store().countParked(tenant, fields.subscriptionId, 9)).bytes;
      expect([null, 71_000]).toContain(await bytes());

      const { delivery } = first!;
      await store().transition(delivery, changed(delivery, { status: 'delivered' }));
      expect([null, 70_000]).toContain(await bytes());
    });

    it('tells that there are as many as were asked about, where there are more', async () => {
      const tenant = aTenant();
      const subscriptionId = aSubscriptionId();
      await storedMany(store(), 12, { tenant, subscriptionId, status: 'parked' });

      for (const max of [1, 5, 11, 12]) {
        const { events: count } = await store().countParked(tenant, subscriptionId, max);
        expect(count).toBeGreaterThanOrEqual(max);
        expect(count).toBeLessThanOrEqual(12);
      }
    });
  });
}
