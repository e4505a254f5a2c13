// Runs every contract suite on the AWS driver, whatever stands behind it.
import { setTimeout as wait } from 'node:timers/promises';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { AwsPorts } from '../../lambdas/adapters/aws/ports.ts';
import { type QueueMessage, queueMessage } from '../../lambdas/contract/messages.ts';
import type { Clock } from '../../lambdas/core/ports.ts';
import { type AwsDriver, type OpenedDriver, portsOf } from '../support/aws-driver.ts';
import { apiKeyStoreContract } from './api-keys.ts';
import { deadLetterStoreContract } from './dead-letters.ts';
import { deliveryQueueContract } from './delivery-queue.ts';
import { deliveryStoreContract } from './deliveries/deliveries.ts';
import { ledgerCheckStoreContract } from './ledger/ledger-checks.ts';
import { idempotencyStoreContract } from './idempotency.ts';
import { rateLimitStoreContract } from './rate-limits.ts';
import { replayStoreContract } from './replays.ts';
import { statsStoreContract } from './ledger/stats.ts';
import { subscriptionStoreContract } from './subscriptions.ts';

type OpenDriver = () => Promise<Omit<OpenedDriver, 'endpoint'>>;

export function awsStoresContract(name: string, open: OpenDriver): void {
  const openPort =
    <Name extends keyof AwsPorts>(port: Name) =>
    async (clock: Clock) => {
      const driver = await open();
      return { store: portsOf(driver, clock)[port], close: () => driver.close() };
    };

  subscriptionStoreContract(name, openPort('subscriptions'));
  deliveryStoreContract(name, openPort('deliveries'));
  ledgerCheckStoreContract(name, openPort('ledgerChecks'));
  idempotencyStoreContract(name, openPort('idempotency'));
  replayStoreContract(name, openPort('replays'));
  deadLetterStoreContract(name, openPort('deadLetters'));
  statsStoreContract(name, openPort('stats'));
  rateLimitStoreContract(name, openPort('rateLimits'));
  apiKeyStoreContract(name, openPort('apiKeys'));
}

export function awsQueueContract(name: string, open: OpenDriver): void {
  deliveryQueueContract(name, async () => {
    const driver = await open();
    return {
      queue: portsOf(driver, { now: () => Date.now() }).queue,
      now: () => Date.now(),
      wait: (ms) => wait(ms),
      receive: () => receive(driver),
      close: () => driver.close(),
    };
  });
}

/** Takes what is there now off the queue. */
export async function receive({ clients: { sqs }, settings }: AwsDriver): Promise<QueueMessage[]> {
  const QueueUrl = settings.QUEUE_URL;
  const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await sqs.send(command);
  for (const { ReceiptHandle } of Messages) {
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
  return Messages.map(({ Body }) => queueMessage.parse(JSON.parse(Body ?? '')));
}
