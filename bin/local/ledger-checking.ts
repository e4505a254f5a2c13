// Checks the ledger once an hour, as the schedule does on AWS, and for the first time soon after the start: a server that is
// stopped every evening must find what its queue lost, too.
import type { LedgerCheck } from '../../lambdas/edge/queue/ledger-check.ts';
import type { Log } from '../../lambdas/core/ports.ts';

const everyMs = 3_600_000;
/** By then what waited for the start is through, and not late any more. */
const firstAfterMs = 600_000;

export function startLedgerChecking(check: LedgerCheck, log: Log): { stop(): void } {
  const run = () => {
    check({}).catch((error: unknown) => {
      log.error('ledger.check_failed', {}, error);
    });
  };
  const first = setTimeout(run, firstAfterMs);
  const timer = setInterval(run, everyMs);
  return {
    stop() {
      clearTimeout(first);
      clearInterval(timer);
    },
  };
}
