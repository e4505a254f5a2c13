// The deliveries queue: SQS for messages due within its maximum delay, EventBridge Scheduler for
// later ones.
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import { limits } from '../../../contract/limits/limits.ts';
import type { QueueMessage } from '../../../contract/messages.ts';
import type { AwsSettings } from '../../../contract/settings.ts';
import { isDeliveryId, subscriptionIdOf } from '../../../core/ids.ts';
import { UnavailableError } from '../../../core/shared/port-errors.ts';
import type { Clock, DeliveryQueue, Log } from '../../../core/ports.ts';
import { call } from '../clients.ts';
import { chunksOf } from '../table/chunks.ts';
import { routeOf } from './message-route.ts';
import type { Route } from './message-route.ts';
import { createSchedule } from './schedules.ts';

export type DeliveryQueueNeeds = {
  sqs: SQSClient;
  scheduler: SchedulerClient;
  settings: AwsSettings;
  clock: Clock;
  log: Log;
};

type Delayed = { message: QueueMessage; delaySeconds: number };

export function openDeliveryQueue(needs: DeliveryQueueNeeds): DeliveryQueue {
  const delaySecondsMax = needs.settings.QUEUE_DELAY_MAX_SECONDS;
  return {
    async send(messages) {
      const now = needs.clock.now();
      const delayed = await Promise.all(
        messages.map(async (message): Promise<Delayed | undefined> => {
          const route = routeOf(message, now, delaySecondsMax);
          if (route.by === 'queue') return { message, delaySeconds: route.delaySeconds };
          if (await isScheduled(needs, route)) return undefined;
          // The queue can carry it too, in steps: the receiver resends early messages.
          return { message, delaySeconds: delaySecondsMax };
        }),
      );
      const entries = delayed
        .filter((entry) => entry !== undefined)
        .map((entry, index) => entryOf(marked(entry, now), index));
      await Promise.all(
        chunksOf(entries, limits.queueBatchSize).map((chunk) => sendBatch(needs, chunk)),
      );
    },
  };
}

/** Whether the queue waits less than it should. */
function marked({ message, delaySeconds }: Delayed, now: number): Delayed {
  const isHop = now + delaySeconds * 1_000 < message.dueAt;
  return isHop ? { message: { ...message, isHop }, delaySeconds } : { message, delaySeconds };
}

async function isScheduled(
  { scheduler, settings, log }: DeliveryQueueNeeds,
  { message, atSeconds }: Route & { by: 'schedule' },
): Promise<boolean> {
  try {
    await createSchedule({ client: scheduler, settings }, message, atSeconds);
    return true;
  } catch (error) {
    log.error('schedule.failed', { deliveryId: message.deliveryId }, error);
    return false;
  }
}

/**
 * Fair queues divide the consumers among groups: one busy subscription does not hold up the others.
 */
function groupOf(message: QueueMessage): string {
  if (message.kind === 'replay') return message.replayId;
  if (message.kind !== 'attempt') return message.subscriptionId;
  const { deliveryId } = message;
  return isDeliveryId(deliveryId) ? subscriptionIdOf(deliveryId) : deliveryId;
}

function entryOf({ message, delaySeconds }: Delayed, index: number): SendMessageBatchRequestEntry {
  return {
    Id: String(index),
    MessageBody: JSON.stringify(message),
    DelaySeconds: delaySeconds,
    MessageGroupId: groupOf(message),
  };
}

/** A batch may partly fail: the failed messages are sent once more. */
async function sendBatch(
  { sqs, settings }: DeliveryQueueNeeds,
  entries: SendMessageBatchRequestEntry[],
): Promise<void> {
  let left = entries;
  for (let tries = 0; tries < 2 && left.length > 0; tries += 1) {
    const command = new SendMessageBatchCommand({ QueueUrl: settings.QUEUE_URL, Entries: left });
    const result = await call('SQS SendMessageBatch', () => sqs.send(command));
    const sent = new Set(result.Successful?.map((entry) => entry.Id));
    left = left.filter((entry) => !sent.has(entry.Id));
  }
  if (left.length > 0) {
    const sentence = `SQS SendMessageBatch failed: ${left.length} of ${entries.length} messages`;
    throw new UnavailableError(sentence, undefined);
  }
}
