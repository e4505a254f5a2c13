// The ledger: everything that was accepted is accounted for.
import { expect, test } from 'vitest';
import { readWholeLedger } from '../support/ledger.ts';
import { api, changeAndSettle, deliveryInStatus, ingest, subscribe } from './setup.ts';

test('accounts for every delivery that was accepted, and misses none', async () => {
  const before = await readWholeLedger(api);
  const { id } = await subscribe();
  for (let index = 0; index < 3; index += 1) await deliveryInStatus(await ingest(id), 'delivered');
  await changeAndSettle(id, { status: 'inactive' });
  await deliveryInStatus(await ingest(id), 'parked');

  const after = await readWholeLedger(api);

  expect(after.missing).toEqual([]);
  for (const {
    accepted,
    scheduled,
    parked,
    delivered,
    failed,
    cancelled,
    missing,
  } of after.hours) {
    expect(scheduled + parked + delivered + failed + cancelled + missing).toBe(accepted);
  }
  expect(after.accepted - before.accepted).toBeGreaterThanOrEqual(4);
});
