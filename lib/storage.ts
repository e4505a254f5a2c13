// The one table, and what each function may do with it. IAM cannot tell items apart here (their keys are made at
// run time), so the grants differ by action: nobody may scan, and only the api function may delete.
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { table as names } from '../lambdas/contract/table.ts';
import type { StackSettings } from './settings.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

export class Storage extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, settings: Pick<StackSettings, 'removalPolicy'>) {
    super(scope, id);
    const retained = settings.removalPolicy === 'retain';
    this.table = new TableV2(this, 'Table', {
      partitionKey: text(names.partitionKey),
      sortKey: text(names.sortKey),
      timeToLiveAttribute: names.timeToLive,
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: retained,
      removalPolicy: retained ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      globalSecondaryIndexes: Object.values(names.indexes).map((index) => ({
        indexName: index.name,
        partitionKey: text(index.partitionKey),
        sortKey: text(index.sortKey),
        projectionType: ProjectionType.KEYS_ONLY,
      })),
    });
  }

  /** Read the subscription and the key, claim the idempotency key, commit the delivery, count it. */
  grantAccept(grantee: IGrantable): void {
    this.#grant(grantee, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
  }

  /** Load deliveries, record attempts, count, page through what is parked, to be cancelled or to be replayed; bury. */
  grantAttempt(grantee: IGrantable): void {
    this.#grant(grantee, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'Query');
    this.#grantQuery(grantee, names.indexes.held);
  }

  /** Store dead letters, and read nothing. */
  grantBury(grantee: IGrantable): void {
    this.#grant(grantee, 'PutItem');
  }

  /** Everything that the API shows and changes. */
  grantManage(grantee: IGrantable): void {
    this.#grant(grantee, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'Query', 'DeleteItem');
    this.#grantQuery(grantee, names.indexes.held);
  }

  /** Walk through the ledger, its rows and all jobs, put counters right, and note what was asked for again. */
  grantCheck(grantee: IGrantable): void {
    this.#grant(grantee, 'GetItem', 'BatchGetItem', 'Query', 'UpdateItem');
    this.#grantQuery(grantee, names.indexes.held);
  }

  #grant(grantee: IGrantable, ...verbs: string[]): void {
    const actions = verbs.map((verb) => `dynamodb:${verb}`);
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.table.tableArn] });
  }

  #grantQuery(grantee: IGrantable, index: { name: string }): void {
    const resourceArns = [`${this.table.tableArn}/index/${index.name}`];
    Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns });
  }
}
