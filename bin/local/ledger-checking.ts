// Checks the ledger once an hour, as the schedule does on AWS.
import type { LedgerCheck } from '../../lambdas/edge/ledger-check.ts';
import type { Log } from '../../lambdas/core/ports.ts';

const everyMs = 3_600_000;

export function startLedgerChecking(check: LedgerCheck, log: Log): { stop(): void } {
  const timer = setInterval(() => {
    check({}).catch((error: unknown) => {
      log.error('ledger.check_failed', {}, error);
    });
  }, everyMs);
  return { stop: () => clearInterval(timer) };
}
