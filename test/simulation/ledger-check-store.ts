// What the check of the ledger goes by, stored.
import type { LedgerCheckStore } from '../../lambdas/core/ledger/ledger-checks.ts';
import { hourMs, hourOf } from '../../lambdas/core/ledger/stats.ts';
import { call } from './kernel.ts';
import type { Access } from './store.ts';
import { startOfTime } from './timeline.ts';

export function ledgerCheckStore({ kernel, database, process }: Access): LedgerCheckStore {
  const { checkedUntil, tombstones } = database;
  const step = <Value>(verb: keyof LedgerCheckStore, about: string, apply: () => Value) =>
    call(kernel, process, {
      port: `ledgerChecks.${verb}`,
      about: [],
      detail: () => about,
      apply,
    });
  return {
    get: (tenant) =>
      step('get', tenant, () => ({
        // Checks have gone on since before the beginning; some clocks have not come to it.
        checkedUntil: checkedUntil.get(tenant) ?? hourOf(startOfTime) - hourMs,
        tombstones: [...tombstones.values()].filter((tombstone) => tombstone.tenant === tenant),
      })),
    setCheckedUntil: (tenant, hour) =>
      step('setCheckedUntil', tenant, () => {
        checkedUntil.set(tenant, hour);
      }),
    addTombstone: (tombstone) =>
      step('addTombstone', tombstone.subscriptionId, () => {
        tombstones.set(tombstone.subscriptionId, tombstone);
      }),
    removeTombstone: (tombstone) =>
      step('removeTombstone', tombstone.subscriptionId, () => {
        tombstones.delete(tombstone.subscriptionId);
      }),
  };
}
