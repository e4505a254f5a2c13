// The deliveries queue, and the schedules that put a message on it after a wait too long for SQS. Each has a queue
// for its own failures: messages that no version of the code can handle, and schedules that could not fire.
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { limits } from '../lambdas/contract/limits/limits.ts';
import type { AwsSettings } from '../lambdas/contract/settings.ts';
import { acknowledge } from './acknowledgements.ts';
import type { StackSettings } from './settings.ts';

const scheduler = 'scheduler.amazonaws.com';

export class DeliveryQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly scheduleDeadLetters: Queue;
  /** How a function finds the resources. */
  readonly environment: Omit<
    AwsSettings,
    'TABLE_NAME' | 'QUEUE_DELAY_MAX_SECONDS' | 'EVENT_BUS_NAME'
  >;
  readonly #scheduleGroup: ScheduleGroup;
  readonly #schedulerRole: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.deadLetters = this.#addDeadLetters('DeadLetters', limits.deadLetterVisibilityMs);
    this.scheduleDeadLetters = this.#addDeadLetters('ScheduleDeadLetters');
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.millis(limits.queueRetentionMs),
      visibilityTimeout: Duration.millis(limits.queueVisibilityMs),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: limits.queueReceivesMax },
    });

    this.#scheduleGroup = new ScheduleGroup(this, 'Schedules', {
      // Its schedules are useless without the queue, and its name would block a new stack.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#schedulerRole = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal(scheduler, {
        conditions: { ArnEquals: { 'aws:SourceArn': this.#scheduleGroup.scheduleGroupArn } },
      }),
    });
    grantSendTo(this.#schedulerRole, [this.queue, this.scheduleDeadLetters]);

    this.environment = {
      QUEUE_URL: this.queue.queueUrl,
      QUEUE_ARN: this.queue.queueArn,
      SCHEDULE_GROUP: this.#scheduleGroup.scheduleGroupName,
      SCHEDULER_ROLE_ARN: this.#schedulerRole.roleArn,
      SCHEDULE_DEAD_LETTER_ARN: this.scheduleDeadLetters.queueArn,
    };
  }

  #addDeadLetters(id: string, visibilityMs?: number): Queue {
    const queue = new Queue(this, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.millis(limits.deadLetterRetentionMs),
      ...(visibilityMs !== undefined && { visibilityTimeout: Duration.millis(visibilityMs) }),
    });
    acknowledge('deadLetters', queue);
    return queue;
  }

  /**
   * Feeds batches to the function; reported failures come back, and finally go to the dead letters.
   */
  consumeBy(handler: IFunction, settings: Pick<StackSettings, 'deliveryConcurrency'>): void {
    handler.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: limits.queueBatchSize,
        reportBatchItemFailures: true,
        // Not reserved concurrency: its throttles would count as receives and fill the dead letters.
        maxConcurrency: settings.deliveryConcurrency,
      }),
    );
  }

  /**
   * Feeds the function messages received too often; those it cannot store come again until their
   * retention ends.
   */
  buryBy(handler: IFunction): void {
    handler.addEventSource(
      new SqsEventSource(this.deadLetters, {
        batchSize: limits.queueBatchSize,
        reportBatchItemFailures: true,
        maxConcurrency: limits.deadLetterConcurrency,
      }),
    );
  }

  /** Send now, or after a wait within SQS's limit. */
  grantSend(grantee: IGrantable): void {
    grantSendTo(grantee, [this.queue]);
  }

  /** Send after any wait. */
  grantSchedule(grantee: IFunction): void {
    const schedules = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${this.#scheduleGroup.scheduleGroupName}/*`,
    });
    const actions = ['scheduler:CreateSchedule'];
    Grant.addToPrincipal({ grantee, actions, resourceArns: [schedules] });
    acknowledge('schedules', grantee.role ?? grantee, schedules);
    Grant.addToPrincipal({
      grantee,
      actions: ['iam:PassRole'],
      resourceArns: [this.#schedulerRole.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': scheduler } },
    });
  }
}

function grantSendTo(grantee: IGrantable, queues: Queue[]): void {
  const resourceArns = queues.map((queue) => queue.queueArn);
  Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns });
}
