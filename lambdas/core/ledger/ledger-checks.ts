// What the check of the ledger needs of a store beside entries and rows: parts of the ports.
import type { Delivery } from '../deliveries/delivery.ts';
import type { SubscriptionId } from '../ids.ts';
import type { Page } from '../shared/page.ts';

/** A subscription that was deleted: what it leaves open is to be cancelled. */
export type Tombstone = { tenant: string; subscriptionId: SubscriptionId; deletedAt: number };

export type LedgerCheckStore = {
  get(tenant: string): Promise<{
    /** Epoch ms: every hour before it was checked. Null before the first check. */
    checkedUntil: number | null;
    tombstones: readonly Tombstone[];
  }>;
  setCheckedUntil(tenant: string, hour: number): Promise<void>;
  addTombstone(tombstone: Tombstone): Promise<void>;
  removeTombstone(tombstone: Tombstone): Promise<void>;
};

export type OpenDeliveries = {
  /**
   * What is pending or retrying, oldest first; as of a moment ago. It may lack what has not changed since the hour in which
   * it was accepted, unless it was put there by `indexOpen`. Rejects with `InvalidCursorError`.
   */
  listOpen(tenant: string, page: { limit: number; cursor: string | null }): Promise<Page<Delivery>>;
  /** Makes sure that `listOpen` has these, for as long as they are open. */
  indexOpen(deliveries: readonly Delivery[]): Promise<void>;
};
