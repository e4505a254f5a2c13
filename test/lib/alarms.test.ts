// Alarms: each leads a person to the runbook, and goes off at what it says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createService } from '../support/service.ts';
import { ofType, referredBy, synth, theOne } from '../support/template.ts';

const http = synth();
const queues = ofType(http, 'AWS::SQS::Queue');
const deliveries = queues.find(({ properties }) => properties.RedrivePolicy !== undefined)!;

describe('alarms', () => {
  const alarms = ofType(http, 'AWS::CloudWatch::Alarm');
  const file = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
  const [runbook = ''] = file.split('\n# Without an alarm\n');

  test('each lead to a heading of the runbook, and each heading has an alarm', () => {
    const anchors = alarms.map(({ properties }) =>
      String(properties.AlarmDescription).replace(/^.+ docs\/runbook\.md#/, ''),
    );
    const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading]) =>
      heading!.toLowerCase().replaceAll(' ', '-'),
    );
    expect(anchors.toSorted()).toEqual(headings.toSorted());
  });

  test('stay within the ten that cost nothing', () => {
    expect(alarms.length).toBeLessThanOrEqual(10);
  });

  test('watch every queue, and go off at the first dead letter', () => {
    const watched = alarms.map(({ properties }) => ({
      queue: referredBy(
        properties.Dimensions?.find(({ Name }: { Name: string }) => Name === 'QueueName')?.Value ??
          '',
      ),
      metric: properties.MetricName,
      threshold: properties.Threshold,
    }));
    for (const { id } of queues) {
      const metric =
        id === deliveries.id
          ? { metric: 'ApproximateAgeOfOldestMessage', threshold: expect.any(Number) }
          : { metric: 'ApproximateNumberOfMessagesVisible', threshold: 0 };
      expect(watched).toContainEqual({ queue: id, ...metric });
    }
  });

  test('go off at the first message that a function buries', () => {
    const filters = ofType(http, 'AWS::Logs::MetricFilter')
      .map(({ properties }) => properties)
      .filter(({ FilterPattern }) => FilterPattern === '{ $.message = "message.dead" }');
    const buryingLogs = ['Deliver', 'DeadLetter'].map((name) =>
      referredBy(theOne(http, 'AWS::Lambda::Function', name).properties.LoggingConfig.LogGroup),
    );
    expect(filters.map(({ LogGroupName }) => referredBy(LogGroupName)).toSorted()).toEqual(
      buryingLogs.toSorted(),
    );
    const { properties } = theOne(http, 'AWS::CloudWatch::Alarm', 'ObservabilityDeadLetters');
    expect(properties).toMatchObject({ Threshold: 0, Statistic: 'Sum' });
    expect(properties.AlarmDescription).toMatch(/docs\/runbook\.md#dead-letters$/);
    for (const { MetricTransformations } of filters) {
      expect(MetricTransformations).toEqual([
        {
          MetricName: properties.MetricName,
          MetricNamespace: properties.Namespace,
          MetricValue: '1',
        },
      ]);
    }
  });

  test.each([
    ['UnsentAttempts', 'Deliver', 'attempt.unsent', '1'],
    ['OverdueDeliveries', 'LedgerFunction', 'ledger.overdue', '$.overdue'],
    ['LedgerGap', 'LedgerFunction', 'ledger.checked', '$.missing'],
  ])(
    '%s goes off at the first line of the %s function that says so',
    (name, ...[writer, line, value]) => {
      const filters = ofType(http, 'AWS::Logs::MetricFilter').filter(
        ({ properties }) => properties.FilterPattern === `{ $.message = "${line}" }`,
      );
      const { properties: alarm } = theOne(http, 'AWS::CloudWatch::Alarm', name);
      const { properties: code } = theOne(http, 'AWS::Lambda::Function', writer);
      expect(alarm).toMatchObject({ Threshold: 0, Statistic: 'Sum' });
      expect(filters.map(({ properties }) => referredBy(properties.LogGroupName))).toEqual([
        referredBy(code.LoggingConfig.LogGroup),
      ]);
      expect(filters[0]!.properties.MetricTransformations).toEqual([
        { MetricName: alarm.MetricName, MetricNamespace: alarm.Namespace, MetricValue: value },
      ]);
    },
  );

  test('count apart what ingest refuses, by code, from the lines that it logs', async () => {
    const { properties: code } = theOne(http, 'AWS::Lambda::Function', 'Publish');
    const { properties: filter } = theOne(http, 'AWS::Logs::MetricFilter', 'Refused');
    expect(referredBy(filter.LogGroupName)).toBe(referredBy(code.LoggingConfig.LogGroup));
    expect(filter.FilterPattern).toBe('{ ($.message = "api.request") && ($.status = 429) }');
    expect(filter.MetricTransformations).toMatchObject([
      { MetricValue: '1', Dimensions: [{ Key: 'code', Value: '$.code' }] },
    ]);

    const service = createService({ settings: { PARKED_EVENTS_MAX: '1' } });
    const body = { target_url: 'https://example.com/hook', status: 'inactive' };
    const { json } = await service.call('createSubscription', { body });
    const { id } = json['subscription'] as { id: string };
    for (let count = 0; count < 2; count += 1) await service.call('ingest', { id, body: {} });
    expect(JSON.parse(service.logLines.at(-1)!)).toMatchObject({
      message: 'api.request',
      status: 429,
      code: 'backlog-full',
    });
  });

  test('notify the topic that was set', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-west-1:123456789012:operations';
    for (const { properties } of ofType(synth({ alarmTopicArn }), 'AWS::CloudWatch::Alarm')) {
      expect(properties.AlarmActions).toEqual([alarmTopicArn]);
    }
  });
});
