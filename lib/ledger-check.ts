// The hourly ledger check: a schedule, a function, and metrics extracted from its log.
import { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { limits } from '../lambdas/contract/limits/limits.ts';
import { acknowledge } from './acknowledgements.ts';
import type { SharedProps } from './service-function.ts';
import { ServiceFunction } from './service-function.ts';

export class LedgerCheck extends Construct {
  readonly function: ServiceFunction;
  /** Accepted deliveries without a row. */
  readonly missing: Metric;
  /** Deliveries whose next attempt is long overdue, with no message in flight. */
  readonly overdue: Metric;

  constructor(scope: Construct, id: string, shared: SharedProps) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      ...shared,
      entry: 'check-ledger',
      timeoutMs: limits.ledgerFunctionTimeoutMs,
    });
    const hourly = new Rule(this, 'Hourly', {
      description: 'Compares what was accepted with what became of it',
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new LambdaFunction(this.function)],
    });
    acknowledge('ledgerSchedule', hourly);
    this.missing = this.#metric('missing', 'ledger.checked');
    this.overdue = this.#metric('overdue', 'ledger.overdue');
  }

  /** The sum of a field over the log lines of a name. */
  #metric(field: string, line: string): Metric {
    return new MetricFilter(this, `${field.charAt(0).toUpperCase()}${field.slice(1)}`, {
      logGroup: this.function.logGroup,
      filterPattern: FilterPattern.stringValue('$.message', '=', line),
      metricNamespace: 'WebhookDelivery',
      metricName: `${this.node.addr}-${field}`,
      metricValue: `$.${field}`,
    }).metric({ statistic: 'Sum' });
  }
}
