// The whole ledger, over the pages of the API.
import type { Api, Output } from './api.ts';

type Ledger = Output<'getLedger'>;

export type WholeLedger = {
  hours: readonly Ledger['hours'][number][];
  accepted: number;
  /** Neither delivered, failed nor cancelled: scheduled and parked. */
  open: number;
  missing: readonly Ledger['missing'][number][];
};

export async function readWholeLedger(api: Api): Promise<WholeLedger> {
  const pages: Ledger[] = [];
  let cursor: string | null = null;
  do {
    const query: Record<string, string> = cursor === null ? {} : { cursor };
    const page: Ledger = await api.call('getLedger', { query });
    pages.push(page);
    cursor = page.next_cursor;
  } while (cursor !== null);
  const hours = pages.flatMap((page) => page.hours);
  return {
    hours,
    accepted: hours.reduce((sum, hour) => sum + hour.accepted, 0),
    open: hours.reduce((sum, { scheduled, parked }) => sum + scheduled + parked, 0),
    missing: pages.flatMap((page) => page.missing),
  };
}
