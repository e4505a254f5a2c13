// The table, and what each function may do with which kind of item. Partition keys identify kinds,
// so a grant names actions and kinds: nobody may scan, and only the api function may delete or
// write API keys.
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ItemKind } from '../lambdas/contract/table.ts';
import { partitionPatterns, table as names } from '../lambdas/contract/table.ts';
import type { StackSettings } from './settings.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** Kinds of items by action; those of an index by its name. */
type Rights = Readonly<Record<string, readonly ItemKind[]>>;
type IndexRights = Readonly<Partial<Record<keyof typeof names.indexes, readonly ItemKind[]>>>;

const leadingKeys = 'dynamodb:LeadingKeys';

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
        ...projection(index.alsoHolds),
      })),
    });
  }

  /** Check the key, read the subscription, claim the idempotency key, commit the delivery, count it. */
  grantAccept(grantee: IGrantable): void {
    this.#grant(grantee, {
      GetItem: ['apiKeys', 'subscriptions', 'deliveries', 'idempotency'],
      BatchGetItem: ['deliveries'],
      PutItem: ['deliveries', 'ledger', 'idempotency'],
      // Ingest quotas are stored like rate limits.
      UpdateItem: ['rateLimits', 'stats'],
    });
    // How much is already waiting.
    this.#grantQuery(grantee, { held: ['parked'] });
  }

  /**
   * Load deliveries, record attempts, count, page through deliveries to send, cancel or replay;
   * bury.
   */
  grantAttempt(grantee: IGrantable): void {
    this.#grant(grantee, {
      GetItem: ['subscriptions', 'deliveries', 'replays'],
      BatchGetItem: ['subscriptions', 'deliveries'],
      PutItem: ['subscriptions', 'deliveries', 'ledger', 'replays', 'deadLetters'],
      UpdateItem: ['deliveries', 'ledger', 'rateLimits', 'stats'],
      Query: ['deliveries', 'ledger', 'stats'],
    });
    this.#grantQuery(grantee, { held: ['parked', 'failed', 'operational'] });
  }

  /** Store dead letters; read nothing. */
  grantBury(grantee: IGrantable): void {
    this.#grant(grantee, { PutItem: ['deadLetters'] });
  }

  /** Everything that the API reads and changes. */
  grantManage(grantee: IGrantable): void {
    this.#grant(grantee, {
      GetItem: ['apiKeys', 'subscriptions', 'deliveries', 'replays', 'deadLetters'],
      BatchGetItem: ['subscriptions', 'deliveries', 'deadLetters'],
      PutItem: [
        'apiKeys',
        'tenants',
        'subscriptions',
        'deliveries',
        'ledger',
        'ledgerChecks',
        'replays',
      ],
      UpdateItem: ['deliveries', 'ledger', 'deadLetters', 'stats'],
      Query: [
        'apiKeys',
        'subscriptions',
        'deliveries',
        'ledger',
        'ledgerChecks',
        'replays',
        'deadLetters',
        'stats',
      ],
      DeleteItem: ['apiKeys', 'subscriptions'],
    });
    this.#grantQuery(grantee, {
      held: ['parked', 'failed', 'open', 'operational'],
      status: ['subscriptions'],
    });
  }

  /**
   * Walk through the ledger, its rows and all jobs, correct counters, and note what was requested
   * again.
   */
  grantCheck(grantee: IGrantable): void {
    this.#grant(grantee, {
      GetItem: ['subscriptions', 'deliveries'],
      BatchGetItem: ['deliveries'],
      Query: ['tenants', 'subscriptions', 'replays', 'ledger', 'ledgerChecks', 'stats'],
      UpdateItem: ['deliveries', 'ledger', 'ledgerChecks', 'stats'],
    });
    this.#grantQuery(grantee, { held: ['open', 'parked'] });
  }

  #grant(grantee: IGrantable, rights: Rights): void {
    for (const [verb, kinds] of Object.entries(rights)) {
      grantKinds(grantee, { verb, kinds, arn: this.table.tableArn });
    }
  }

  #grantQuery(grantee: IGrantable, rights: IndexRights): void {
    for (const [index, kinds] of Object.entries(rights)) {
      grantKinds(grantee, { verb: 'Query', kinds, arn: `${this.table.tableArn}/index/${index}` });
    }
  }
}

function projection(alsoHolds: readonly string[]) {
  if (alsoHolds.length === 0) return { projectionType: ProjectionType.KEYS_ONLY };
  return { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...alsoHolds] };
}

/**
 * One statement for all kinds: each key of a call must match; `ForAllValues` is true for a call
 * without keys.
 */
function grantKinds(
  grantee: IGrantable,
  { verb, kinds, arn }: { verb: string; kinds: readonly ItemKind[]; arn: string },
): void {
  Grant.addToPrincipal({
    grantee,
    actions: [`dynamodb:${verb}`],
    resourceArns: [arn],
    conditions: {
      'ForAllValues:StringLike': { [leadingKeys]: kinds.map((kind) => partitionPatterns[kind]) },
      Null: { [leadingKeys]: 'false' },
    },
  });
}
