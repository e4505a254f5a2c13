// Merges the hours of several ledger pages: an hour may continue on the next page.
import type { LedgerHour } from '../api/resources.ts';

const counts = [
  'accepted',
  'scheduled',
  'parked',
  'delivered',
  'failed',
  'cancelled',
  'missing',
  'overdue',
] as const satisfies readonly (keyof LedgerHour)[];

/** Latest first. */
export function addedUp(hours: readonly LedgerHour[]): LedgerHour[] {
  const byHour = new Map<string, LedgerHour>();
  for (const hour of hours) {
    const sum = { ...(byHour.get(hour.hour) ?? hour) };
    if (byHour.has(hour.hour)) for (const name of counts) sum[name] += hour[name];
    byHour.set(hour.hour, sum);
  }
  return [...byHour.values()].sort((left, right) => (left.hour < right.hour ? 1 : -1));
}
