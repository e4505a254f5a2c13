// The ledger: everything that was accepted is accounted for.
import { expect, test } from 'vitest';
import type { Output } from '../support/api.ts';
import { api, changeAndSettle, deliveryInStatus, ingest, subscribe } from './setup.ts';

type Ledger = Output<'getLedger'>;

async function pages(): Promise<Ledger[]> {
  const found: Ledger[] = [];
  let cursor: string | null = null;
  do {
    const query: Record<string, string> = cursor === null ? {} : { cursor };
    const page: Ledger = await api.call('getLedger', { query });
    found.push(page);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return found;
}

const sumOf = (found: Ledger[], of: (hour: Ledger['hours'][number]) => number) =>
  found.flatMap(({ hours }) => hours).reduce((sum, hour) => sum + of(hour), 0);

test('accounts for every delivery that was accepted, and misses none', async () => {
  const before = await pages();
  const { id } = await subscribe();
  for (let index = 0; index < 3; index += 1) await deliveryInStatus(await ingest(id), 'delivered');
  await changeAndSettle(id, { status: 'inactive' });
  await deliveryInStatus(await ingest(id), 'parked');

  const after = await pages();

  expect(after.flatMap(({ missing }) => missing)).toEqual([]);
  for (const { hours } of after) {
    for (const hour of hours) {
      const { scheduled, parked, delivered, failed, cancelled, missing } = hour;
      const sum = scheduled + parked + delivered + failed + cancelled + missing;
      expect(sum).toBe(hour.accepted);
    }
  }
  const accepted = sumOf(after, (hour) => hour.accepted) - sumOf(before, (hour) => hour.accepted);
  expect(accepted).toBeGreaterThanOrEqual(4);
});
