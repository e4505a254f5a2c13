// The hourly check of the ledger: a schedule, a function, and the metric of what is missing, read off its log.
import { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { limits } from '../lambdas/contract/limits.ts';
import { acknowledge } from './acknowledgements.ts';
import type { ServiceFunctionProps } from './service-function.ts';
import { ServiceFunction } from './service-function.ts';

export class LedgerCheck extends Construct {
  readonly function: ServiceFunction;
  /** Deliveries that were accepted and have no row. */
  readonly missing: Metric;

  constructor(
    scope: Construct,
    id: string,
    shared: Pick<ServiceFunctionProps, 'environment' | 'logRetention'>,
  ) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      ...shared,
      entry: 'check-ledger',
      timeoutMs: limits.ledgerFunctionTimeoutMs,
    });
    const hourly = new Rule(this, 'Hourly', {
      description: 'Sets what was accepted against what became of it',
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new LambdaFunction(this.function)],
    });
    acknowledge('ledgerSchedule', hourly);
    this.missing = new MetricFilter(this, 'Missing', {
      logGroup: this.function.logGroup,
      filterPattern: FilterPattern.stringValue('$.message', '=', 'ledger.checked'),
      metricNamespace: 'WebhookDelivery',
      metricName: `${this.node.addr}-missing`,
      metricValue: '$.missing',
    }).metric({ statistic: 'Sum' });
  }
}
