// Checks the ledger once an hour, like the schedule on AWS, and first soon after startup: a server
// that is stopped every evening must also find what its queue lost.
import type { LedgerCheck } from '../../lambdas/edge/queue/ledger-check.ts';
import type { Log } from '../../lambdas/core/ports.ts';

const everyMs = 3_600_000;
/** By then everything that waited for startup has been worked, and is no longer late. */
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
