import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startLedgerChecking } from '../../bin/local/ledger-checking.ts';
import { silentLog } from '../support/aws-driver.ts';

const minute = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the local ledger is checked soon after the start, and then every hour, until it stops', async () => {
  const check = vi.fn(() => Promise.reject(new Error('The disk is full')));
  const checking = startLedgerChecking(check, silentLog);
  await vi.advanceTimersByTimeAsync(10 * minute - 1);
  expect(check).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(check).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(110 * minute);
  expect(check).toHaveBeenCalledTimes(3);
  checking.stop();
  await vi.advanceTimersByTimeAsync(300 * minute);
  expect(check).toHaveBeenCalledTimes(3);
});
