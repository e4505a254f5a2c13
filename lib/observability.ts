// A few alarms, each requiring a person to act; its description links to the runbook. They stay
// within CloudWatch's ten free alarms.
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { limits } from '../lambdas/contract/limits/limits.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import type { Ingress } from './ingress.ts';
import type { LedgerCheck } from './ledger-check.ts';
import type { ServiceFunction } from './service-function.ts';
import type { StackSettings } from './settings.ts';

export type ObservabilityProps = {
  settings: Pick<StackSettings, 'alarmTopicArn'>;
  deliveries: DeliveryQueue;
  /** Functions that log when they bury a message. */
  burying: Readonly<Record<string, ServiceFunction>>;
  ledger: LedgerCheck;
  ingress: Ingress;
  deliver: ServiceFunction;
  publish: ServiceFunction;
};

type Watch = {
  metric: Metric;
  /** The alarm fires above this. */
  above: number;
  says: string;
  /** The heading in docs/runbook.md. */
  runbook: string;
};

export class Observability extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const { settings, deliveries, burying, ledger, ingress, deliver, publish } = props;
    this.#countRefused(publish);
    const watches: Record<string, Watch> = {
      DeadLetters: {
        metric: this.#countLines('buried', 'message.dead', burying),
        above: 0,
        says: 'Messages that the service could not handle were stored as dead letters.',
        runbook: 'dead-letters',
      },
      UnburiedDeadLetters: {
        metric: deliveries.deadLetters.metricApproximateNumberOfMessagesVisible(),
        above: 0,
        says: 'Messages that the service could not handle are waiting to be stored as dead letters.',
        runbook: 'unburied-dead-letters',
      },
      ScheduleDeadLetters: {
        metric: deliveries.scheduleDeadLetters.metricApproximateNumberOfMessagesVisible(),
        above: 0,
        says: 'EventBridge Scheduler could not put retries on the queue.',
        runbook: 'schedule-dead-letters',
      },
      Backlog: {
        metric: deliveries.queue.metricApproximateAgeOfOldestMessage(),
        above: limits.backlogAgeAlarmMs / 1_000,
        says: 'Deliveries are waiting longer than any delay explains.',
        runbook: 'backlog',
      },
      UnsentAttempts: {
        metric: this.#countLines('unsent', 'attempt.unsent', { deliver }),
        above: 0,
        says: 'Attempts could not be sent because the service itself lacked a resource.',
        runbook: 'unsent-attempts',
      },
      OverdueDeliveries: {
        metric: ledger.overdue,
        above: 0,
        says: 'Deliveries are long overdue, with no message in flight.',
        runbook: 'overdue-deliveries',
      },
      LedgerGap: {
        metric: ledger.missing,
        above: 0,
        says: 'Accepted deliveries have lost their row.',
        runbook: 'ledger-gap',
      },
      LedgerUnchecked: {
        metric: ledger.function.metricErrors(),
        above: 0,
        says: 'The ledger check did not finish.',
        runbook: 'ledger-unchecked',
      },
      ServerErrors: {
        metric: ingress.serverErrors.with({ statistic: 'Sum' }),
        above: 0,
        says: 'Producers are receiving 5xx responses.',
        runbook: 'server-errors',
      },
    };
    this.alarms = Object.entries(watches).map(([name, watch]) => this.#addAlarm(name, watch));
    if (settings.alarmTopicArn === undefined) return;
    const action = new SnsAction(Topic.fromTopicArn(this, 'AlarmTopic', settings.alarmTopicArn));
    for (const alarm of this.alarms) alarm.addAlarmAction(action);
  }

  /**
   * Ingest's 429 responses by code: a producer may be losing events, but only somebody who knows it
   * can judge. So there is no alarm.
   */
  #countRefused({ logGroup }: ServiceFunction): void {
    new MetricFilter(this, 'Refused', {
      logGroup,
      metricNamespace: 'WebhookDelivery',
      metricName: `${this.node.addr}-refused`,
      metricValue: '1',
      filterPattern: FilterPattern.all(
        FilterPattern.stringValue('$.message', '=', 'api.request'),
        FilterPattern.numberValue('$.status', '=', 429),
      ),
      dimensions: { code: '$.code' },
    });
  }

  /** A metric over the log lines of a name: it costs nothing while there are none. */
  #countLines(what: string, line: string, functions: ObservabilityProps['burying']): Metric {
    const metricNamespace = 'WebhookDelivery';
    const metricName = `${this.node.addr}-${what}`;
    const id = `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
    for (const [name, { logGroup }] of Object.entries(functions)) {
      new MetricFilter(this, `${id}-${name}`, {
        logGroup,
        metricNamespace,
        metricName,
        metricValue: '1',
        filterPattern: FilterPattern.stringValue('$.message', '=', line),
      });
    }
    return new Metric({ namespace: metricNamespace, metricName, statistic: 'Sum' });
  }

  #addAlarm(name: string, { metric, above, says, runbook }: Watch): Alarm {
    return new Alarm(this, name, {
      metric: metric.with({ period: Duration.minutes(5) }),
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${says} What to do: docs/runbook.md#${runbook}`,
    });
  }
}
