// What every ReplayStore must do.
import { describe, expect, it } from 'vitest';
import { InvalidCursorError } from '../../lambdas/core/shared/port-errors.ts';
import type { ReplayStore } from '../../lambdas/core/ports.ts';
import type { ReplayJob } from '../../lambdas/core/replays/replay-job.ts';
import { aReplayJob, aSubscriptionId, aTenant, noon, replayFilters } from '../support/factories.ts';
import {
  cursorOf,
  forged,
  garbledCursors,
  type Open,
  openForSuite,
  readAll,
  readPages,
  spoiled,
} from './harness.ts';

export function replayStoreContract(name: string, open: Open<ReplayStore>): void {
  describe(`ReplayStore on ${name}`, () => {
    const { store, clock } = openForSuite(open);

    async function created(fields: Partial<ReplayJob>): Promise<ReplayJob> {
      const job = aReplayJob(fields);
      await store().create(job);
      return job;
    }

    async function createdMany(tenant: string, count: number): Promise<ReplayJob[]> {
      const jobs: ReplayJob[] = [];
      for (let index = 0; index < count; index += 1) {
        jobs.push(await created({ tenant, createdAt: noon + index * 1_000 }));
      }
      return jobs;
    }

    const page =
      (tenant: string, limit = 100) =>
      (cursor: string | null) =>
        store().list(tenant, { limit, cursor });

    describe('create and get', () => {
      it.each<[string, Partial<ReplayJob>]>([
        ['without filters', {}],
        [
          'with every filter',
          {
            filters: {
              subscriptionId: aSubscriptionId(),
              statuses: ['cancelled', 'failed'],
              eventType: 'order.paid',
              errorCode: 'dns_timeout',
              since: noon - 3_600_000,
              until: noon + 1,
            },
          },
        ],
        ['too many to count', { matched: null }],
        ['that matches nothing', { matched: 0 }],
        [
          'in the middle',
          {
            filters: replayFilters({ statuses: ['failed', 'delivered'] }),
            remaining: ['delivered'],
            cursor: 'Ünïcode" cursor',
            examined: 300,
            replayed: 298,
            skipped: 2,
            step: 5,
            nextDueAt: noon + 30_000,
            version: 9,
          },
        ],
        [
          'that has ended',
          {
            state: 'completed',
            remaining: [],
            updatedAt: noon + 5,
            completedAt: noon + 5,
            expiresAt: noon + 259_200_005,
          },
        ],
      ])('returns what was stored: %s', async (_, fields) => {
        const job = await created({ tenant: aTenant(), ...fields });

        expect(await store().get(job.tenant, job.id)).toStrictEqual(job);
      });

      it('finds nothing where there is none, and nothing of another tenant', async () => {
        const { tenant, id } = await created({ tenant: aTenant() });

        expect(await store().get(tenant, aReplayJob().id)).toBeUndefined();
        expect(await store().get(aTenant(), id)).toBeUndefined();
      });

      it('rejects a taken id and keeps the first', async () => {
        const first = await created({ tenant: aTenant() });

        await expect(store().create({ ...first, perSecond: 99 })).rejects.toThrow();

        expect(await store().get(first.tenant, first.id)).toStrictEqual(first);
      });
    });

    describe('replace', () => {
      it('stores the new version', async () => {
        const before = await created({ tenant: aTenant() });
        const after: ReplayJob = {
          ...before,
          state: 'paused',
          examined: 7,
          replayed: 4,
          skipped: 3,
          remaining: [],
          cursor: 'next',
          step: 2,
          nextDueAt: noon + 9,
          updatedAt: noon + 10,
          version: 2,
        };

        expect(await store().replace(before, after)).toBe('replaced');

        expect(await store().get(before.tenant, before.id)).toStrictEqual(after);
      });

      it('is superseded by another change, and changes nothing', async () => {
        const before = await created({ tenant: aTenant() });
        const first = { ...before, examined: 1, version: 2 };
        await store().replace(before, first);

        const result = await store().replace(before, { ...before, examined: 2, version: 2 });

        expect(result).toBe('superseded');
        expect(await store().get(before.tenant, before.id)).toStrictEqual(first);
      });

      it('is superseded where there is none, and makes none', async () => {
        const job = aReplayJob({ tenant: aTenant() });

        expect(await store().replace(job, { ...job, version: 2 })).toBe('superseded');

        expect(await store().get(job.tenant, job.id)).toBeUndefined();
      });

      it('lets one of many concurrent changes win', async () => {
        const before = await created({ tenant: aTenant() });

        const results = await Promise.all(
          Array.from({ length: 10 }, (_, index) =>
            store().replace(before, { ...before, examined: index, version: 2 }),
          ),
        );

        expect(results.filter((result) => result === 'replaced')).toHaveLength(1);
        const winner = results.indexOf('replaced');
        const found = await store().get(before.tenant, before.id);
        expect(found).toStrictEqual({ ...before, examined: winner, version: 2 });
      });
    });

    describe('list', () => {
      it('gives the newest first, of the tenant alone', async () => {
        const tenant = aTenant();
        expect(await readAll(page(tenant))).toStrictEqual([]);
        const jobs = await createdMany(tenant, 5);
        await createdMany(aTenant(), 2);

        expect(await readAll(page(tenant))).toStrictEqual(jobs.toReversed());
      });

      it('pages without loss or repetition while others arrive', async () => {
        const tenant = aTenant();
        const jobs = await createdMany(tenant, 10);
        let arrivals = 0;

        const pages = await readPages(page(tenant, 3), async () => {
          arrivals += 1;
          await created({ tenant, createdAt: noon + 60_000 + arrivals });
        });

        expect(pages.flat()).toStrictEqual(jobs.toReversed());
        expect(pages.every((items) => items.length <= 3)).toBe(true);
        expect(arrivals).toBeGreaterThanOrEqual(3);
      });

      it('refuses a cursor that it did not make', async () => {
        const tenant = aTenant();
        await createdMany(tenant, 3);
        const cursor = await cursorOf(page(tenant, 1));

        const others = [...garbledCursors, ...spoiled(cursor), ...forged(['replays', tenant])];
        for (const other of others) {
          await expect(page(tenant)(other), other).rejects.toThrow(InvalidCursorError);
        }
        await expect(page(aTenant())(cursor)).rejects.toThrow(InvalidCursorError);
      });
    });

    it('does not show what has expired, to the millisecond', async () => {
      const tenant = aTenant();
      const of = (expiresAt: number, createdAt: number) =>
        created({ tenant, state: 'cancelled', expiresAt, createdAt });
      const gone = [
        await of(clock.now() - 1, noon),
        await of(clock.now(), noon + 1),
        await of(clock.now() - 1_500, noon + 3),
      ];
      const kept = await of(clock.now() + 1, noon + 2);

      expect(await readAll(page(tenant))).toStrictEqual([kept]);
      expect(await readAll(page(tenant, 1))).toStrictEqual([kept]);
      expect(await store().get(tenant, kept.id)).toStrictEqual(kept);
      for (const { id } of gone) expect(await store().get(tenant, id)).toBeUndefined();
    });

    it('counts what is running or paused', async () => {
      const tenant = aTenant();
      await createdMany(aTenant(), 1);
      expect(await store().countOpen(tenant)).toBe(0);
      const [running] = await createdMany(tenant, 2);
      for (const state of ['paused', 'completed', 'cancelled'] as const) {
        await created({ tenant, state, createdAt: noon + 60_000 });
      }
      expect(await store().countOpen(tenant)).toBe(3);

      await store().replace(running!, { ...running!, state: 'completed', version: 2 });

      expect(await store().countOpen(tenant)).toBe(2);
    });
  });
}
