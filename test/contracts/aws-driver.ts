// Runs every contract suite on the AWS driver, whatever stands behind it.
import { setTimeout as wait } from 'node:timers/promises';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { type QueueMessage, queueMessage } from '../../lambdas/contract/messages.ts';
import { type AwsDriver, type OpenedDriver, portsOf } from '../support/aws-driver.ts';
import { deliveryQueueContract } from './delivery-queue.ts';
import { storesContract } from './stores.ts';

type OpenDriver = () => Promise<Omit<OpenedDriver, 'endpoint'>>;

export function awsStoresContract(name: string, open: OpenDriver): void {
  storesContract(name, async (clock) => {
    const driver = await open();
    return { ports: portsOf(driver, clock), close: () => driver.close() };
  });
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
