// What every DeadLetterStore must do.
import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { DeadLetter } from '../../lambdas/core/dead-letters/dead-letter.ts';
import type { DeadLetterQuery, DeadLetterStore } from '../../lambdas/core/ports.ts';
import { InvalidCursorError } from '../../lambdas/core/shared/port-errors.ts';
import { aDeadLetter, aTenant, noon } from '../support/factories.ts';
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

export function deadLetterStoreContract(name: string, open: Open<DeadLetterStore>): void {
  describe(`DeadLetterStore on ${name}`, () => {
    const { store, clock } = openForSuite(open);

    async function buried(fields: Partial<DeadLetter>): Promise<DeadLetter> {
      const letter = aDeadLetter(fields);
      await store().bury(letter);
      return letter;
    }

    async function buriedMany(tenant: string, count: number): Promise<DeadLetter[]> {
      const letters: DeadLetter[] = [];
      for (let index = 0; index < count; index += 1) {
        letters.push(await buried({ tenant, sentAt: noon + index * 1_000 }));
      }
      return letters;
    }

    const page =
      (
        tenant: string,
        { limit = 100, reason = null, redriven = null }: Partial<DeadLetterQuery> = {},
      ) =>
      (cursor: string | null) =>
        store().list({ tenant, reason, redriven, limit, cursor });

    describe('bury and find', () => {
      it.each<[string, Partial<DeadLetter>]>([
        ['of a message that failed', {}],
        ['of what is no message', { reason: 'unreadable', body: '', detail: 'It is not JSON' }],
        ['of what is odd', { reason: 'unknown_version', body: '{"Ünï\u0000"\n' }],
        ['that was sent again', { redrivenAt: noon + 5 }],
      ])('gives back a letter %s', async (_, fields) => {
        const letter = await buried({ tenant: aTenant(), ...fields });

        expect(await store().find(letter.tenant, [letter.id])).toStrictEqual([letter]);
      });

      it('finds those that are there, once each, of the tenant alone', async () => {
        const tenant = aTenant();
        const letters = await buriedMany(tenant, 3);
        const theirs = await buried({ tenant: aTenant() });
        const ids = [...letters, theirs, aDeadLetter(), letters[0]!].map(({ id }) => id);

        const found = await store().find(tenant, ids);

        expect(new Set(found)).toStrictEqual(new Set(letters));
        expect(found).toHaveLength(3);
        expect(await store().find(tenant, [])).toStrictEqual([]);
      });

      it('leaves a letter as it is when its message is buried again', async () => {
        const letter = await buried({ tenant: aTenant() });
        await store().markRedriven(letter, noon + 1);

        await store().bury({ ...letter, detail: 'Another failure', buriedAt: noon + 7 });

        const [found] = await store().find(letter.tenant, [letter.id]);
        expect(found).toStrictEqual({ ...letter, redrivenAt: noon + 1 });
      });
    });

    describe('list', () => {
      it('gives what was sent last first, of the tenant alone', async () => {
        const tenant = aTenant();
        expect(await readAll(page(tenant))).toStrictEqual([]);
        const letters = await buriedMany(tenant, 5);
        await buriedMany(aTenant(), 2);

        expect(await readAll(page(tenant))).toStrictEqual(letters.toReversed());
      });

      it('filters by reason and by whether a letter was sent again', async () => {
        const tenant = aTenant();
        const one = (fields: Partial<DeadLetter>) => buried({ tenant, ...fields });
        const failed = await one({ sentAt: noon + 3 });
        const again = await one({ sentAt: noon + 2, redrivenAt: noon + 9 });
        const odd = await one({ sentAt: noon + 1, reason: 'unreadable' });
        const read = (query: Partial<DeadLetterQuery>) => readAll(page(tenant, query));

        expect(await read({ reason: 'failed' })).toStrictEqual([failed, again]);
        expect(await read({ redriven: false })).toStrictEqual([failed, odd]);
        expect(await read({ redriven: true, limit: 1 })).toStrictEqual([again]);
        expect(await read({ reason: 'failed', redriven: false, limit: 1 })).toStrictEqual([failed]);
        expect(await read({ reason: 'unknown_version' })).toStrictEqual([]);
      });

      it('finds one among many that it filters out', async () => {
        const tenant = aTenant();
        const odd = await buried({ tenant, sentAt: noon - 1, reason: 'unreadable' });
        await buriedMany(tenant, limits.pageSizeMax + 5);

        expect(await readAll(page(tenant, { reason: 'unreadable' }))).toStrictEqual([odd]);
      });

      it('pages without loss or repetition while others arrive and are sent again', async () => {
        const tenant = aTenant();
        const letters = await buriedMany(tenant, 10);
        let arrivals = 0;

        const pages = await readPages(page(tenant, { limit: 3, redriven: false }), async () => {
          arrivals += 1;
          await buried({ tenant, sentAt: noon + 60_000 + arrivals });
          await store().markRedriven(letters.at(-arrivals)!, noon + arrivals);
        });

        expect(pages.flat()).toStrictEqual(letters.toReversed());
        expect(pages.every((items) => items.length <= 3)).toBe(true);
        expect(arrivals).toBeGreaterThanOrEqual(3);
      });

      it('refuses a cursor that it did not make', async () => {
        const tenant = aTenant();
        await buriedMany(tenant, 3);
        const cursor = await cursorOf(page(tenant, { limit: 1 }));

        for (const other of [
          ...garbledCursors,
          ...spoiled(cursor),
          ...forged(['dead-letters', tenant, null, null]),
        ]) {
          await expect(page(tenant)(other), other).rejects.toThrow(InvalidCursorError);
        }
        await expect(page(aTenant())(cursor)).rejects.toThrow(InvalidCursorError);
        await expect(page(tenant, { reason: 'failed' })(cursor)).rejects.toThrow(
          InvalidCursorError,
        );
      });
    });

    it('does not show what has expired, to the millisecond', async () => {
      const tenant = aTenant();
      const expired = clock.now() - limits.deadLetterRetentionMs;
      const gone = await buried({ tenant, sentAt: noon, buriedAt: expired });
      const kept = await buried({ tenant, sentAt: noon + 1, buriedAt: expired + 1 });

      expect(await readAll(page(tenant))).toStrictEqual([kept]);
      expect(await store().find(tenant, [gone.id, kept.id])).toStrictEqual([kept]);
    });

    describe('markRedriven', () => {
      it('stores one moment, and no second one', async () => {
        const letter = await buried({ tenant: aTenant() });

        expect(await store().markRedriven(letter, noon + 1)).toBe('marked');
        expect(await store().markRedriven(letter, noon + 2)).toBe('superseded');

        const found = await store().find(letter.tenant, [letter.id]);
        expect(found).toStrictEqual([{ ...letter, redrivenAt: noon + 1 }]);
      });

      it('marks nothing that is not there', async () => {
        const letter = aDeadLetter({ tenant: aTenant() });

        expect(await store().markRedriven(letter, noon + 1)).toBe('superseded');

        expect(await store().find(letter.tenant, [letter.id])).toStrictEqual([]);
      });
    });
  });
}
