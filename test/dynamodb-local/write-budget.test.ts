// What a webhook costs by the figures of AWS's own DynamoDB Local, which reports the units of indexes too.
import { writeBudgetContract } from '../contracts/write-budget.ts';
import { openTable } from '../support/aws-driver.ts';
import { endpoint } from './endpoint.ts';

writeBudgetContract('DynamoDB Local', () => openTable(endpoint), { reportsIndexes: true });
