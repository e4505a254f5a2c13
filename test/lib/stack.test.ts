import { describe, expect, test } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { awsSettings, serviceSettings } from '../../lambdas/contract/settings.ts';
import { table as names } from '../../lambdas/contract/table.ts';
import type { Resource } from '../support/template.ts';
import { ofType, referredBy, synth, textOf, theOne } from '../support/template.ts';

const http = synth();
const functions = ofType(http, 'AWS::Lambda::Function');
const queues = ofType(http, 'AWS::SQS::Queue');
const deliver = theOne(http, 'AWS::Lambda::Function', 'Deliver');
const deliveries = queues.find(({ properties }) => properties.RedrivePolicy !== undefined)!;
const sources = ofType(http, 'AWS::Lambda::EventSourceMapping');
const sourceOf = (queue: string) =>
  sources.find(({ properties }) => referredBy(properties.EventSourceArn) === queue);
const source = sourceOf(deliveries.id);
const secondsOf = (ms: number) => ms / 1_000;

describe('queues', () => {
  test('hide a message for at least six timeouts of the function that reads it', () => {
    expect(deliveries.properties.VisibilityTimeout).toBeGreaterThanOrEqual(
      6 * deliver.properties.Timeout,
    );
  });

  test('keep messages for fourteen days, and have a dead-letter queue or are one', () => {
    const { deadLetterTargetArn, maxReceiveCount } = deliveries.properties.RedrivePolicy;
    const { SCHEDULE_DEAD_LETTER_ARN } = deliver.properties.Environment.Variables;
    const deadLetters = [deadLetterTargetArn, SCHEDULE_DEAD_LETTER_ARN].map(referredBy);
    expect(queues.map(({ id }) => id).toSorted()).toEqual(
      [deliveries.id, ...deadLetters].toSorted(),
    );
    expect(new Set(deadLetters).size).toBe(2);
    expect(maxReceiveCount).toBeGreaterThanOrEqual(5);
    const days = 86_400;
    for (const { id, properties } of queues) {
      expect(properties.MessageRetentionPeriod, id).toBe(14 * days);
    }
  });

  test('are encrypted by keys without a price, and refuse plain text on the way', () => {
    const guarded = ofType(http, 'AWS::SQS::QueuePolicy').filter(({ properties }) =>
      properties.PolicyDocument.Statement.some(
        (statement: { Effect: string; Condition: unknown }) =>
          statement.Effect === 'Deny' &&
          JSON.stringify(statement.Condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
      ),
    );
    expect(guarded.map(({ properties }) => referredBy(properties.Queues[0])).toSorted()).toEqual(
      queues.map(({ id }) => id).toSorted(),
    );
    for (const { properties } of queues) {
      expect(properties.SqsManagedSseEnabled).toBe(true);
      expect(properties.KmsMasterKeyId).toBeUndefined();
    }
  });

  test('feed the deliver function bounded batches that may fail in part', () => {
    expect(source!.properties).toMatchObject({
      BatchSize: limits.queueBatchSize,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: limits.deliveryConcurrencyDefault },
    });
    expect(source!.properties.MaximumBatchingWindowInSeconds).toBeUndefined();
    expect(referredBy(source!.properties.FunctionName)).toBe(deliver.id);
  });

  test('feed the dead-letter function what the deliver function never handled', () => {
    const queue = referredBy(deliveries.properties.RedrivePolicy.deadLetterTargetArn);
    const { properties } = sourceOf(queue)!;
    expect(properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    const bury = theOne(http, 'AWS::Lambda::Function', 'DeadLetter');
    expect(referredBy(properties.FunctionName)).toBe(bury.id);
    const { VisibilityTimeout } = queues.find(({ id }) => id === queue)!.properties;
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * bury.properties.Timeout);
    expect(sources).toHaveLength(2);
  });
});

describe('functions', () => {
  test('may call themselves in a loop only where retries do', () => {
    const loops = functions.filter(({ properties }) => properties.RecursiveLoop !== 'Terminate');
    expect(loops.map(({ id, properties }) => [id, properties.RecursiveLoop])).toEqual([
      [deliver.id, 'Allow'],
    ]);
  });

  test('outlive the longest attempt', () => {
    expect(deliver.properties.Timeout).toBeGreaterThan(secondsOf(limits.deliveryTimeoutMsMax) + 10);
  });

  test.each(functions.map((resource) => [resource.id, resource] as const))(
    '%s runs on Node 24 and arm64, logs JSON with a retention, untraced, outside a VPC',
    (_id, { properties }) => {
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        MemorySize: limits.functionMemoryMb,
        LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN', ApplicationLogLevel: 'INFO' },
      });
      expect(properties.TracingConfig).toBeUndefined();
      expect(properties.VpcConfig).toBeUndefined();
      const logGroup = http.resources.find(
        ({ id }) => id === referredBy(properties.LoggingConfig.LogGroup),
      );
      expect(logGroup!.properties.RetentionInDays).toBe(14);
    },
  );

  test('know where everything is, and nothing that weakens the target policy', () => {
    for (const { properties } of functions.filter(({ id }) => !id.includes('Console'))) {
      const { Variables } = properties.Environment;
      expect(Object.keys(Variables).toSorted()).toEqual(Object.keys(awsSettings.shape).toSorted());
      expect(Variables.QUEUE_DELAY_MAX_SECONDS).toBe(String(secondsOf(limits.queueDelayMsMax)));
    }
  });

  test('know nothing of the data where they serve the console alone', () => {
    const { properties } = theOne(http, 'AWS::Lambda::Function', 'Console');
    expect(properties.Environment).toBeUndefined();
  });

  test('are told what was set, in the words of the service', () => {
    const props = {
      apiAuth: 'off',
      retrySchedule: [5, 300],
      deliveryTimeoutMs: 2_000,
      targetAllowCidrs: ['10.0.0.0/8', '127.0.0.0/8'],
      targetAllowHosts: ['hooks', '.corp'],
      allowHttpTargets: true,
      operationalEvents: 'off',
      queueDelayMaxSeconds: 3,
    } as const;
    const told = theOne(synth(props), 'AWS::Lambda::Function', 'Publish').properties.Environment
      .Variables;
    expect(told).toMatchObject({
      API_AUTH: 'off',
      RETRY_SCHEDULE: '5,300',
      DELIVERY_TIMEOUT_MS: '2000',
      TARGET_ALLOW_CIDRS: '10.0.0.0/8,127.0.0.0/8',
      TARGET_ALLOW_HOSTS: 'hooks,.corp',
      ALLOW_HTTP_TARGETS: 'true',
      OPERATIONAL_EVENTS: 'off',
      QUEUE_DELAY_MAX_SECONDS: '3',
    });
    const given = Object.keys(serviceSettings.shape).filter((name) => name in told);
    expect(given).toHaveLength(7);
  });
});

describe('the table', () => {
  const [resource] = ofType(http, 'AWS::DynamoDB::GlobalTable');
  const [replica] = resource!.properties.Replicas;

  test('is paid by request, forgets what has expired, and can be restored', () => {
    expect(ofType(http, 'AWS::DynamoDB::GlobalTable')).toHaveLength(1);
    expect(resource!.properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: names.timeToLive, Enabled: true },
    });
    expect(resource!.properties.Replicas).toHaveLength(1);
    expect(replica).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });

  test('has the indexes of the contract, with keys and what else the contract says', () => {
    const indexes = resource!.properties.GlobalSecondaryIndexes.map(
      (index: {
        IndexName: string;
        KeySchema: { AttributeName: string }[];
        Projection: object;
      }) => [
        index.IndexName,
        ...index.KeySchema.map(({ AttributeName }) => AttributeName),
        index.Projection,
      ],
    );
    expect(indexes).toEqual(
      Object.values(names.indexes).map(({ name, partitionKey, sortKey, alsoHolds }) => [
        name,
        partitionKey,
        sortKey,
        alsoHolds.length === 0
          ? { ProjectionType: 'KEYS_ONLY' }
          : { ProjectionType: 'INCLUDE', NonKeyAttributes: alsoHolds },
      ]),
    );
  });

  test('goes with the stack only where that was asked for', () => {
    const removed = theOne(
      synth({ removalPolicy: 'destroy' }),
      'AWS::DynamoDB::GlobalTable',
      'Table',
    );
    expect(removed.properties.Replicas[0].DeletionProtectionEnabled).toBe(false);
  });
});

test('costs nothing while idle: no part of the stack has a fixed price', () => {
  const free = new Set([
    'AWS::ApiGatewayV2::Api',
    'AWS::ApiGatewayV2::Integration',
    'AWS::ApiGatewayV2::Route',
    'AWS::ApiGatewayV2::Stage',
    'AWS::CloudWatch::Alarm', // Ten are free.
    'AWS::DynamoDB::GlobalTable',
    'AWS::Events::EventBus',
    'AWS::Events::Rule',
    'AWS::IAM::Policy',
    'AWS::IAM::Role',
    'AWS::Lambda::EventSourceMapping',
    'AWS::Lambda::Function',
    'AWS::Lambda::Permission',
    'AWS::Logs::LogGroup',
    'AWS::Logs::MetricFilter', // Ten metrics of one's own are free.
    'AWS::SQS::Queue',
    'AWS::SQS::QueuePolicy',
    'AWS::Scheduler::ScheduleGroup',
  ]);
  expect(http.resources.map(({ type }) => type).filter((type) => !free.has(type))).toEqual([]);
});

test('leaves nothing behind when it is removed but the table', () => {
  const kept = ({ deletionPolicy }: Resource) => deletionPolicy === 'Retain';
  expect(http.resources.filter(kept).map(({ type }) => type)).toEqual([
    'AWS::DynamoDB::GlobalTable',
  ]);
  expect(synth({ removalPolicy: 'destroy' }).resources.filter(kept)).toEqual([]);
});

test('has a bus of its own for operational events, which the deliver function is told of', () => {
  const bus = theOne(http, 'AWS::Events::EventBus', 'Events');
  expect(referredBy(deliver.properties.Environment.Variables.EVENT_BUS_NAME)).toBe(bus.id);
  // Nobody else may put events on it.
  expect(ofType(http, 'AWS::Events::EventBusPolicy')).toEqual([]);
});

test('keeps every log for a bounded time', () => {
  for (const { id, properties } of ofType(http, 'AWS::Logs::LogGroup')) {
    expect(properties.RetentionInDays, id).toBeTypeOf('number');
  }
});

test('puts out where it is', () => {
  expect(Object.keys(http.outputs).toSorted()).toEqual([
    'ApiUrl',
    'EventBusName',
    'QueueUrl',
    'TableName',
  ]);
  expect(textOf(http.outputs['TableName']!.Value)).toMatch(/Table/);
});
