// The schedule's edge: any event starts a ledger check. A check that runs out of time fails and
// raises an alarm.
import type { Context as LambdaContext } from 'aws-lambda';
import { limits } from '../../contract/limits/limits.ts';
import { checkLedger } from '../../operations/ledger/check-ledger.ts';
import type { Context } from '../../operations/context.ts';

export type LedgerCheck = (
  event: unknown,
  lambdaContext?: Pick<LambdaContext, 'getRemainingTimeInMillis'>,
) => Promise<void>;

export function createLedgerCheck(context: Context): LedgerCheck {
  return async (_, lambdaContext) => {
    const remainingMs = lambdaContext?.getRemainingTimeInMillis() ?? Infinity;
    const endsAt = context.clock.now() + remainingMs - limits.ledgerReserveMs;
    if (!(await checkLedger(context, endsAt))) {
      throw new Error('The ledger check ran out of time: it takes longer than a function may run');
    }
  };
}
