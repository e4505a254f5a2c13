// What every ApiKeyStore must do.
import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { ApiKeyStore } from '../../lambdas/core/ports.ts';
import { anApiKey, aTenant, noon } from '../support/factories.ts';
import { type Open, openForSuite } from './harness.ts';

export function apiKeyStoreContract(name: string, open: Open<ApiKeyStore>): void {
  describe(`ApiKeyStore on ${name}`, () => {
    const { store } = openForSuite(open);

    it('finds a key by its id alone', async () => {
      const key = anApiKey({ tenant: aTenant() });
      await store().create(key);

      expect(await store().get(key.id)).toStrictEqual(key);
      expect(await store().get(anApiKey().id)).toBeUndefined();
    });

    it.each([
      ['without a name', { name: null }],
      ['with any name', { name: 'Ünïcode ☃ "quoted" \n' }],
      ['with every scope', { scopes: ['admin', 'publish', 'read'] as const }],
    ])('returns what was stored: %s', async (_, fields) => {
      const key = anApiKey({ tenant: aTenant(), ...fields });
      await store().create(key);

      expect(await store().get(key.id)).toStrictEqual(key);
      expect(await store().list(key.tenant)).toStrictEqual([key]);
    });

    it("lists the tenant's keys, the newest first", async () => {
      const tenant = aTenant();
      const keys = [2, 0, 3, 1].map((hours) =>
        anApiKey({ tenant, createdAt: noon + hours * 3_600_000 }),
      );
      for (const key of keys) await store().create(key);
      await store().create(anApiKey({ tenant: aTenant() }));

      const expected = keys.toSorted((left, right) => right.createdAt - left.createdAt);
      expect(await store().list(tenant)).toStrictEqual(expected);
      expect(await store().list(aTenant())).toStrictEqual([]);
    });

    it('removes a key of the tenant, and says whether there was one', async () => {
      const key = anApiKey({ tenant: aTenant() });
      await store().create(key);

      expect(await store().remove(aTenant(), key.id)).toBe(false);
      expect(await store().get(key.id)).toStrictEqual(key);
      expect(await store().remove(key.tenant, key.id)).toBe(true);
      expect(await store().remove(key.tenant, key.id)).toBe(false);
      expect(await store().get(key.id)).toBeUndefined();
      expect(await store().list(key.tenant)).toStrictEqual([]);
    });

    it('lists the newest when there are more than the limit', { timeout: 60_000 }, async () => {
      const tenant = aTenant();
      for (let index = 0; index < limits.apiKeysMax + 10; index += 50) {
        const keys = Array.from({ length: 50 }, (_, offset) =>
          anApiKey({ tenant, createdAt: noon + index + offset }),
        );
        await Promise.all(keys.map((key) => store().create(key)));
      }

      const found = await store().list(tenant);

      const newest = noon + 1_050 - 1;
      expect(found.map(({ createdAt }) => createdAt)).toStrictEqual(
        Array.from({ length: limits.apiKeysMax }, (_, index) => newest - index),
      );
    });
  });
}
