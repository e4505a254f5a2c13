// The AWS driver on emulators that run inside the test process: dynalite for DynamoDB, fauxqs for SQS. Neither is
// EventBridge Scheduler; its client is pointed at a closed port unless a test has a fake.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { startFauxqs } from 'fauxqs';
import { type AwsClients, openClients } from '../../lambdas/adapters/aws/clients.ts';
import { type AwsPorts, openAwsPorts } from '../../lambdas/adapters/aws/ports.ts';
import type { AwsSettings } from '../../lambdas/contract/settings.ts';
import type { Chance, Clock, Log } from '../../lambdas/core/ports.ts';
import { createTable } from './create-table.ts';

export const region = 'us-east-1';
export const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

export const chance: Chance = {
  unit: () => Math.random(),
  bytes: (count) => randomBytes(count),
};

export const silentLog: Log = { info: () => undefined, error: () => undefined };

const hour = 3_600_000;

export type AwsDriver = { clients: AwsClients; settings: AwsSettings };

/** The driver's ports on what a test has opened. */
export function portsOf({ clients, settings }: AwsDriver, clock: Clock, log = silentLog): AwsPorts {
  return openAwsPorts({
    clients,
    settings,
    clock,
    chance,
    log,
    wait: (ms) => wait(ms, undefined),
    retentionMs: 72 * hour,
  });
}

export function settingsOf(fields: Partial<AwsSettings>): AwsSettings {
  return {
    TABLE_NAME: 'webhooks',
    QUEUE_URL: 'http://127.0.0.1/queue',
    QUEUE_ARN: 'arn:aws:sqs:us-east-1:000000000000:deliveries',
    SCHEDULE_GROUP: 'webhooks',
    SCHEDULER_ROLE_ARN: 'arn:aws:iam::000000000000:role/scheduler',
    SCHEDULE_DEAD_LETTER_ARN: 'arn:aws:sqs:us-east-1:000000000000:dead-schedules',
    EVENT_BUS_NAME: 'operational-events',
    QUEUE_DELAY_MAX_SECONDS: 900,
    ...fields,
  };
}

export type OpenedDriver = AwsDriver & { endpoint: string; close(): Promise<void> };

/** A table of its own in the DynamoDB at `endpoint`, which goes with it. */
export async function openTable(endpoint: string): Promise<OpenedDriver> {
  const clients = openClients({ endpoint, region, credentials });
  const TableName = `driver-${randomBytes(6).toString('hex')}`;
  await createTable(clients.dynamodb, TableName);
  return {
    clients,
    endpoint,
    settings: settingsOf({ TABLE_NAME: TableName }),
    async close() {
      await clients.dynamodb.send(new DeleteTableCommand({ TableName }));
      clients.dynamodb.destroy();
    },
  };
}

export async function openDynalite(): Promise<OpenedDriver> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const clients = openClients({ endpoint, region, credentials });
  const settings = settingsOf({});
  await createTable(clients.dynamodb, settings.TABLE_NAME);
  return {
    clients,
    settings,
    endpoint,
    async close() {
      clients.dynamodb.destroy();
      server.close();
    },
  };
}

export async function openFauxqs(): Promise<OpenedDriver> {
  const server = await startFauxqs({ port: 0, logger: false });
  const { queueUrl, queueArn } = server.createQueue('deliveries');
  const endpoint = server.address;
  const clients = openClients({ endpoint, region, credentials });
  return {
    clients,
    endpoint,
    settings: settingsOf({ QUEUE_URL: queueUrl, QUEUE_ARN: queueArn }),
    async close() {
      clients.sqs.destroy();
      await server.stop();
    },
  };
}
