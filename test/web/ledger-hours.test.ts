import { expect, test } from 'vitest';
import type { LedgerHour } from '../../web/api/resources.ts';
import { addedUp } from '../../web/state/ledger-hours.ts';

const anHour = (fields: Partial<LedgerHour>): LedgerHour => ({
  hour: '2026-11-25T08:00:00.000Z',
  accepted: 0,
  scheduled: 0,
  parked: 0,
  delivered: 0,
  failed: 0,
  cancelled: 0,
  missing: 0,
  overdue: 0,
  counted: null,
  ...fields,
});

test('an hour that goes on in the next page is one hour, and the latest comes first', () => {
  const early = anHour({ accepted: 3, delivered: 2, missing: 1 });
  const cut = anHour({ hour: '2026-11-25T09:00:00.000Z', accepted: 2, failed: 2 });
  const rest = anHour({ hour: '2026-11-25T09:00:00.000Z', accepted: 5, failed: 1, parked: 4 });

  const hours = addedUp([early, cut, rest]);

  expect(hours).toEqual([{ ...cut, accepted: 7, failed: 3, parked: 4 }, early]);
  expect(cut.accepted, 'what was given stays').toBe(2);
});
