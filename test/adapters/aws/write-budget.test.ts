// What a webhook costs in DynamoDB, on an emulator inside this process. `npm run test:emulator -- --dynamodb-local` counts
// the same on AWS's own DynamoDB Local.
import { writeBudgetContract } from '../../contracts/write-budget.ts';
import { openDynalite } from '../../support/aws-driver.ts';

writeBudgetContract('dynalite', openDynalite, { reportsIndexes: false });
