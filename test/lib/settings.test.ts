import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SettingsError, localSettings, serviceSettings } from '../../lambdas/contract/settings.ts';
import type { WebhookDeliveryProps } from '../../lib/settings.ts';
import { contextProps, parseProps } from '../../lib/settings.ts';
import { newApp } from '../support/template.ts';

test('leaves what was not set to the defaults', () => {
  const { stack, service } = parseProps({ retentionHours: undefined } as object);
  expect(service).toEqual({});
  expect(stack).toMatchObject({ api: 'http', removalPolicy: 'retain', queueDelayMaxSeconds: 900 });
});

test('has a prop for every setting of the service', () => {
  const everything: Required<Omit<WebhookDeliveryProps, 'alarmTopicArn'>> = {
    api: 'rest',
    apiAuth: 'off',
    removalPolicy: 'destroy',
    retrySchedule: [1, 2],
    deliveryTimeoutMs: 1_000,
    retentionHours: 1,
    maxBodyBytes: 1,
    targetAllowCidrs: ['10.0.0.0/8'],
    targetAllowHosts: ['receiver', '.corp'],
    allowHttpTargets: true,
    untypedEvents: 'reject',
    ingestEventsPerSecond: 1,
    ingestBytesPerSecond: 1_024,
    wrongCredentialsMax: 1,
    subscriptionsMax: 1,
    parkedEventsMax: 1,
    operationalEvents: 'off',
    subscriptionMemoMs: 0,
    deliveryConcurrency: 2,
    requestsPerSecond: 1,
    apiRequestsPerSecond: 1,
    openRequestsPerSecond: 1,
    publishReservedConcurrency: 1,
    apiReservedConcurrency: 1,
    deliverReservedConcurrency: 2,
    deadLetterReservedConcurrency: 2,
    checkLedgerReservedConcurrency: 1,
    consoleReservedConcurrency: 1,
    monthlyBudgetUsd: 1,
    budgetEmail: 'ops@example.com',
    logRetentionDays: 1,
    queueDelayMaxSeconds: 1,
  };
  const { service } = parseProps(everything);
  expect(Object.keys(service).toSorted()).toEqual(Object.keys(serviceSettings.shape).toSorted());
  expect(service.RETRY_SCHEDULE).toBe('1,2');
});

test('docs/settings.md has every variable and every prop', () => {
  const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
  const variables = Object.keys(localSettings.shape);
  const names = [...variables, ...Object.keys(contextProps(newApp().node))];
  const inFirstColumns = page.replaceAll(/^(\|[^|]*\|[^|]*\|).*$/gm, '$1');
  expect(names.filter((name) => !inFirstColumns.includes(`\`${name}\``))).toEqual([]);
});

test('reads the same names from the context, as text', () => {
  const app = newApp();
  app.node.setContext('api', 'rest');
  app.node.setContext('retrySchedule', '5,300');
  app.node.setContext('deliveryConcurrency', 7);
  const { stack, service } = parseProps(contextProps(app.node));
  expect(stack).toMatchObject({ api: 'rest', deliveryConcurrency: 7 });
  expect(service).toEqual({ RETRY_SCHEDULE: '5,300' });
});

describe('refuses in one sentence that names the prop', () => {
  test.each<[object, RegExp]>([
    [{ api: 'soap' }, /^api must be http or rest\.$/],
    [{ apiAuth: 'maybe' }, /^apiAuth must be on or off\.$/],
    [{ retrySchedule: [0] }, /^retrySchedule [^\n]+\.$/],
    [{ deliveryTimeoutMs: 31_000 }, /^deliveryTimeoutMs must be from 1000 to 30000\.$/],
    [{ deliveryConcurrency: 1 }, /^deliveryConcurrency must be from 2 to 1000\.$/],
    [{ logRetentionDays: 15 }, /^logRetentionDays [^\n]+\.$/],
    [{ queueDelayMaxSeconds: 901 }, /^queueDelayMaxSeconds must be from 1 to 900\.$/],
    [{ alarmTopicArn: 'ops@example.com' }, /^alarmTopicArn must be an ARN\.$/],
    [{ requestsPerSecond: 0 }, /^requestsPerSecond must be from 1 to 10000\.$/],
    [{ apiRequestsPerSecond: 'many' }, /^apiRequestsPerSecond must be a whole number\.$/],
    [{ openRequestsPerSecond: 10_001 }, /^openRequestsPerSecond must be from 1 to 10000\.$/],
    [
      { requestsPerSecond: 7_931 },
      /^requestsPerSecond, apiRequestsPerSecond and openRequestsPerSecond allow 10001 [^\n]+ at most 10000\.$/,
    ],
    [{ api: 'rest', openRequestsPerSecond: 150 }, /^requestsPerSecond, [^\n]+\.$/],
    [{ publishReservedConcurrency: 0 }, /^publishReservedConcurrency must be from 1 to 10000\.$/],
    [{ apiReservedConcurrency: '1.5' }, /^apiReservedConcurrency must be a whole number\.$/],
    [
      { deliverReservedConcurrency: 49 },
      /^deliverReservedConcurrency must be at least 50, the concurrency of its event source\.$/,
    ],
    [{ deadLetterReservedConcurrency: 1 }, /^deadLetterReservedConcurrency must be at least 2, /],
    [{ monthlyBudgetUsd: 0 }, /^monthlyBudgetUsd must be from 1 to 100000000\.$/],
    [{ monthlyBudgetUsd: 10 }, /^monthlyBudgetUsd needs budgetEmail or alarmTopicArn to be set\.$/],
    [{ budgetEmail: 'ops@example.com' }, /^budgetEmail needs monthlyBudgetUsd to be set\.$/],
    [{ monthlyBudgetUsd: 10, budgetEmail: 'ops' }, /^budgetEmail must be an e-mail address\.$/],
    [
      { targetAllowCidrs: ['localhost'] },
      /^targetAllowCidrs must be comma-separated CIDRs [^\n]+\.$/,
    ],
    [
      { targetAllowHosts: ['receiver', '10.0.0.1'] },
      /^targetAllowHosts must be comma-separated host names [^\n]+ "10\.0\.0\.1" is neither\.$/,
    ],
    [{ retentionHours: 1.5 }, /^retentionHours must be a whole number\.$/],
  ])('%o', (props, sentence) => {
    const parse = () => parseProps(props as WebhookDeliveryProps);
    expect(parse).toThrow(SettingsError);
    expect(parse).toThrow(sentence);
  });
});

test('a bad value stops the app with that sentence and nothing else', () => {
  const { status, stderr } = spawnSync(process.execPath, ['bin/app.ts'], {
    cwd: join(import.meta.dirname, '../..'),
    encoding: 'utf8',
    env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ retentionHours: '0' }) },
  });
  expect(stderr).toBe('retentionHours must be from 1 to 8760.\n');
  expect(status).toBe(1);
});
