// The AWS driver passes every contract suite on the emulator at AWS_ENDPOINT_URL, which has what the in-process ones
// lack: EventBridge Scheduler. Everything it needs it makes itself, and removes.
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateScheduleGroupCommand,
  DeleteScheduleGroupCommand,
  ListSchedulesCommand,
} from '@aws-sdk/client-scheduler';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClients } from '../../lambdas/adapters/aws/clients.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { awsQueueContract, awsStoresContract, receive } from '../contracts/aws-driver.ts';
import {
  type AwsDriver,
  credentials,
  type OpenedDriver,
  openTable,
  portsOf,
  region,
  settingsOf,
} from '../support/aws-driver.ts';
import { anAttemptMessage } from '../support/factories.ts';

const endpoint = process.env['AWS_ENDPOINT_URL'];
if (endpoint === undefined) throw new Error('Set AWS_ENDPOINT_URL, or run: npm run test:emulator');

const connect = () => openClients({ endpoint, region, credentials });
const aName = () => `driver-${randomBytes(6).toString('hex')}`;

async function openQueue(): Promise<OpenedDriver> {
  const clients = connect();
  const name = aName();
  const create = async (QueueName: string) => {
    const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName }));
    const asked = { QueueUrl, AttributeNames: ['QueueArn' as const] };
    const { Attributes } = await clients.sqs.send(new GetQueueAttributesCommand(asked));
    return { url: QueueUrl!, arn: Attributes!.QueueArn! };
  };
  const queue = await create(name);
  const dead = await create(`${name}-dead`);
  await clients.scheduler.send(new CreateScheduleGroupCommand({ Name: name }));
  return {
    clients,
    endpoint: endpoint!,
    settings: settingsOf({
      QUEUE_URL: queue.url,
      QUEUE_ARN: queue.arn,
      SCHEDULE_DEAD_LETTER_ARN: dead.arn,
      SCHEDULE_GROUP: name,
      QUEUE_DELAY_MAX_SECONDS: 1,
    }),
    async close() {
      await clients.scheduler.send(new DeleteScheduleGroupCommand({ Name: name }));
      for (const { url } of [queue, dead]) {
        await clients.sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
      }
      clients.sqs.destroy();
      clients.scheduler.destroy();
    },
  };
}

awsStoresContract('the emulator', () => openTable(endpoint));
awsQueueContract('the emulator', async () => {
  const driver = await openQueue();
  const settings = { ...driver.settings, QUEUE_DELAY_MAX_SECONDS: limits.queueDelayMsMax / 1_000 };
  return { ...driver, settings };
});

describe.runIf(process.env['SCHEDULER_WAIT_SECONDS'])(
  'a message that waits longer than SQS can',
  () => {
    let driver: AwsDriver & { close(): Promise<void> };
    beforeAll(async () => {
      driver = await openQueue();
    });
    afterAll(() => driver.close());

    it(
      'comes by one schedule, when it is due, and the schedule goes',
      { timeout: 90_000 },
      async () => {
        const { queue } = portsOf(driver, { now: () => Date.now() });
        const dueAt = Date.now() + 4_000;
        const message = anAttemptMessage({ sentAt: Date.now(), dueAt });

        await queue.send([message]);
        await queue.send([message]);

        const GroupName = driver.settings.SCHEDULE_GROUP;
        const schedules = async () =>
          (await driver.clients.scheduler.send(new ListSchedulesCommand({ GroupName }))).Schedules;
        expect(await schedules()).toHaveLength(1);
        let received = await receive(driver);
        while (received.length === 0) {
          await wait(250);
          received = await receive(driver);
        }
        expect(received).toStrictEqual([message]);
        expect(Date.now()).toBeGreaterThanOrEqual(dueAt - limits.earlyToleranceMs);
        await expect.poll(schedules, { timeout: 20_000 }).toHaveLength(0);
      },
    );
  },
);
