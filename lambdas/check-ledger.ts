// Checks the ledger once an hour.
import { createLedgerCheck } from './edge/queue/ledger-check.ts';
import { awsContext, noSender } from './edge/wiring.ts';

export const handler = createLedgerCheck(awsContext(process.env, noSender));
