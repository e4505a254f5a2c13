// That the deployed stack puts operational events on its bus, where a rule of the operator's picks them.
import { randomBytes } from 'node:crypto';
import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClients } from '../../lambdas/adapters/aws/clients.ts';
import { eventSource } from '../../lambdas/contract/announcements/operational-events.ts';
import { apiOf } from '../support/api.ts';
import type { Receiver } from '../support/receiver.ts';
import { startReceiver } from '../support/receiver.ts';
import { targetSettings } from '../support/target.ts';
import { until } from '../support/until.ts';

const target = targetSettings.parse({ ...process.env, BASE_URL: process.env['STACK_URL'] });
const api = apiOf(target);
const { eventBridge, sqs } = openClients();
const EventBusName = process.env['EVENT_BUS_NAME'];
const name = `operator-${randomBytes(6).toString('hex')}`;
let receiver: Receiver;
let QueueUrl: string;

beforeAll(async () => {
  receiver = await startReceiver({ host: target.RECEIVER_HOST });
  QueueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl!;
  const asked = { QueueUrl, AttributeNames: ['QueueArn' as const] };
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand(asked));
  const EventPattern = JSON.stringify({ source: [eventSource] });
  await eventBridge.send(new PutRuleCommand({ Name: name, EventBusName, EventPattern }));
  const Targets = [{ Id: 'queue', Arn: Attributes!.QueueArn! }];
  await eventBridge.send(new PutTargetsCommand({ Rule: name, EventBusName, Targets }));
});

afterAll(async () => {
  const rule = { Rule: name, EventBusName, Ids: ['queue'] };
  await eventBridge.send(new RemoveTargetsCommand(rule));
  await eventBridge.send(new DeleteRuleCommand({ Name: name, EventBusName }));
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  await receiver.close();
});

test('a delivery that fails for good is an event on the bus of the stack', async () => {
  const { url } = receiver.endpoint({ status: 500 });
  const body = { target_url: url, retry_schedule: [] };
  const { subscription } = await api.call('createSubscription', { body });
  const { delivery_id: id } = await api.call('ingest', { id: subscription.id, body: {} });

  const event = await until(
    'the event is on the bus',
    async () => {
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await sqs.send(command);
      const events = Messages.map(({ Body }) => JSON.parse(Body!));
      return events.find(({ detail }) => detail.data.delivery_id === id);
    },
    target.PATIENCE_MS,
  );

  expect(event).toMatchObject({
    source: eventSource,
    'detail-type': 'webhook.delivery.failed',
    detail: {
      type: 'webhook.delivery.failed',
      data: { subscription_id: subscription.id, reason: 'exhausted', last_status_code: 500 },
    },
  });
  expect(Date.parse(event.detail.timestamp)).toBeLessThanOrEqual(Date.now() + 60_000);
});
