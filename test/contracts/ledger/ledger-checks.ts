// What every LedgerCheckStore must do.
import { describe, expect, it } from 'vitest';
import type { LedgerCheckStore } from '../../../lambdas/core/ledger/ledger-checks.ts';
import { hourMs } from '../../../lambdas/core/ledger/stats.ts';
import { aSubscriptionId, aTenant, noon } from '../../support/factories.ts';
import type { Open } from '../harness.ts';
import { openForSuite } from '../harness.ts';

export function ledgerCheckStoreContract(name: string, open: Open<LedgerCheckStore>): void {
  describe(`ledger checks (${name})`, () => {
    const { store } = openForSuite(open);
    const aTombstone = (tenant: string, deletedAt = noon) => ({
      tenant,
      subscriptionId: aSubscriptionId(),
      deletedAt,
    });

    it('knows of nothing before the first check', async () => {
      expect(await store().get(aTenant())).toEqual({ checkedUntil: null, tombstones: [] });
    });

    it('keeps until when each tenant was checked', async () => {
      const [tenant, other] = [aTenant(), aTenant()];
      await store().setCheckedUntil(tenant, noon);
      await store().setCheckedUntil(other, noon - hourMs);
      await store().setCheckedUntil(tenant, noon + hourMs);

      expect((await store().get(tenant)).checkedUntil).toBe(noon + hourMs);
      expect((await store().get(other)).checkedUntil).toBe(noon - hourMs);
    });

    it('keeps tombstones, each once, until they are removed', async () => {
      const tenant = aTenant();
      const [first, second] = [aTombstone(tenant), aTombstone(tenant, noon + 1)];
      await store().addTombstone(aTombstone(aTenant()));
      for (const each of [first, second, first]) await store().addTombstone(each);
      await store().setCheckedUntil(tenant, noon);

      const found = [...(await store().get(tenant)).tombstones];
      expect(found.toSorted((one, other) => one.deletedAt - other.deletedAt)).toEqual([
        first,
        second,
      ]);

      await store().removeTombstone(first);
      expect(await store().get(tenant)).toEqual({ checkedUntil: noon, tombstones: [second] });
    });
  });
}
