// What every StatsStore must do.
import { describe, expect, it } from 'vitest';
import type { StatsStore } from '../../../lambdas/core/ports.ts';
import { hourOf, noStatuses, type StatsHour } from '../../../lambdas/core/ledger/stats.ts';
import {
  aDelta,
  aSubscriptionId,
  aTenant,
  hoursAfter,
  latencyBuckets,
  noon,
} from '../../support/factories.ts';
import { type Open, openForSuite } from '../harness.ts';

const hour = hourOf(noon);
const everything = { fromHour: 0, untilHour: hoursAfter(hour, 1_000) };

function anHour(fields: Partial<StatsHour> = {}): StatsHour {
  return { hour, byStatus: noStatuses, attempts: 0, latency: latencyBuckets({}), ...fields };
}

export function statsStoreContract(name: string, open: Open<StatsStore>): void {
  describe(`StatsStore on ${name}`, () => {
    const { store } = openForSuite(open);

    it('has no hours where nothing was added', async () => {
      expect(await store().hours(aTenant(), null, everything)).toStrictEqual([]);
      expect(await store().hours(aTenant(), aSubscriptionId(), everything)).toStrictEqual([]);
    });

    it('takes no deltas', async () => {
      await expect(store().add([])).resolves.toBeUndefined();
    });

    it("adds a delta to its subscription's hour and to the tenant's", async () => {
      const tenant = aTenant();
      const byStatus = {
        pending: 1,
        retrying: 2,
        parked: 3,
        delivered: 4,
        failed: 5,
        cancelled: 6,
      };
      const latency = latencyBuckets({ 0: 1, 5: 2, 11: 3 });
      const delta = aDelta({ tenant, byStatus, attempts: 7, latency });
      await store().add([delta]);

      const expected = [anHour({ byStatus, attempts: 7, latency })];
      expect(await store().hours(tenant, delta.subscriptionId, everything)).toStrictEqual(expected);
      expect(await store().hours(tenant, null, everything)).toStrictEqual(expected);
      expect(await store().hours(aTenant(), delta.subscriptionId, everything)).toStrictEqual([]);
    });

    it('adds up calls, deltas of one call, and negative numbers', async () => {
      const tenant = aTenant();
      const first = aSubscriptionId();
      const second = aSubscriptionId();
      await store().add([
        aDelta({ tenant, subscriptionId: first, byStatus: { ...noStatuses, retrying: 1 } }),
        aDelta({ tenant, subscriptionId: first, byStatus: { ...noStatuses, parked: 1 } }),
        aDelta({ tenant, subscriptionId: second, byStatus: { ...noStatuses, failed: 1 } }),
      ]);
      await store().add([
        aDelta({
          tenant,
          subscriptionId: first,
          byStatus: { ...noStatuses, retrying: -1, delivered: 1 },
          latency: latencyBuckets({ 3: 1 }),
        }),
      ]);

      const ofFirst = anHour({
        byStatus: { ...noStatuses, parked: 1, delivered: 1 },
        attempts: 3,
        latency: latencyBuckets({ 2: 2, 3: 1 }),
      });
      const ofSecond = anHour({
        byStatus: { ...noStatuses, failed: 1 },
        attempts: 1,
        latency: latencyBuckets({ 2: 1 }),
      });
      const ofTenant = anHour({
        byStatus: { ...noStatuses, parked: 1, delivered: 1, failed: 1 },
        attempts: 4,
        latency: latencyBuckets({ 2: 3, 3: 1 }),
      });
      expect(await store().hours(tenant, first, everything)).toStrictEqual([ofFirst]);
      expect(await store().hours(tenant, second, everything)).toStrictEqual([ofSecond]);
      expect(await store().hours(tenant, null, everything)).toStrictEqual([ofTenant]);
    });

    it('goes below zero when a change is counted before what it changes', async () => {
      const tenant = aTenant();
      const delta = aDelta({ tenant, byStatus: { ...noStatuses, parked: -1, delivered: 1 } });
      await store().add([delta]);

      const [found] = await store().hours(tenant, delta.subscriptionId, everything);

      expect(found?.byStatus).toStrictEqual({ ...noStatuses, parked: -1, delivered: 1 });
    });

    it('loses nothing when many add at the same time', async () => {
      const tenant = aTenant();
      const subscriptionId = aSubscriptionId();
      await Promise.all(
        Array.from({ length: 20 }, () => store().add([aDelta({ tenant, subscriptionId })])),
      );

      const expected = [
        anHour({
          byStatus: { ...noStatuses, delivered: 20 },
          attempts: 20,
          latency: latencyBuckets({ 2: 20 }),
        }),
      ];
      expect(await store().hours(tenant, subscriptionId, everything)).toStrictEqual(expected);
      expect(await store().hours(tenant, null, everything)).toStrictEqual(expected);
    });

    it('takes the deltas of many subscriptions, tenants and hours in one call', async () => {
      const tenants = [aTenant(), aTenant()];
      const deltas = Array.from({ length: 60 }, (_, index) =>
        aDelta({ tenant: tenants[index % 2]!, hour: hoursAfter(hour, index % 3) }),
      );
      await store().add(deltas);

      for (const tenant of tenants) {
        const found = await store().hours(tenant, null, everything);
        expect(found.map(({ attempts }) => attempts)).toStrictEqual([10, 10, 10]);
      }
    });

    it('gives the hours of the range, its end excluded, oldest first', async () => {
      const tenant = aTenant();
      const subscriptionId = aSubscriptionId();
      const hours = [9, 0, 2, 1, 10, -1].map((count) => hoursAfter(hour, count));
      for (const each of hours) await store().add([aDelta({ tenant, subscriptionId, hour: each })]);
      const range = { fromHour: hour, untilHour: hoursAfter(hour, 10) };

      for (const owner of [subscriptionId, null]) {
        const found = await store().hours(tenant, owner, range);
        expect(found.map((each) => each.hour)).toStrictEqual(
          [0, 1, 2, 9].map((count) => hoursAfter(hour, count)),
        );
      }
    });

    it('corrects the counters of one subscription, or those of the tenant, alone', async () => {
      const tenant = aTenant();
      const delta = aDelta({ tenant, byStatus: { ...noStatuses, delivered: 3, retrying: 1 } });
      await store().add([delta]);
      const { subscriptionId, attempts, latency } = delta;

      const byStatus = { ...noStatuses, delivered: -1, failed: 2 };
      await store().correct(tenant, subscriptionId, { hour, byStatus });
      await store().correct(tenant, null, { hour, byStatus: { ...noStatuses, retrying: -1 } });
      await store().correct(tenant, null, { hour, byStatus: noStatuses });

      const ofOne = { ...noStatuses, delivered: 2, retrying: 1, failed: 2 };
      const ofAll = { ...noStatuses, delivered: 3 };
      const kept = { attempts, latency };
      expect(await store().hours(tenant, subscriptionId, everything)).toStrictEqual([
        anHour({ byStatus: ofOne, ...kept }),
      ]);
      expect(await store().hours(tenant, null, everything)).toStrictEqual([
        anHour({ byStatus: ofAll, ...kept }),
      ]);
    });
  });
}
