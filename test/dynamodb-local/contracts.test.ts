// The AWS driver passes the contract suites of its stores on AWS's own DynamoDB Local.
import { awsStoresContract } from '../contracts/aws-driver.ts';
import { openTable } from '../support/aws-driver.ts';
import { endpoint } from './endpoint.ts';

awsStoresContract('DynamoDB Local', () => openTable(endpoint));
