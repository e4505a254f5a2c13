// What an SQS event source does in front of a function: receives batches, makes SQS events of them, deletes what the
// function is done with and gives back what failed. It never polls: a batch starts when a message is sent, when one
// falls due, or when another batch has ended.
import type { SQSRecord } from 'aws-lambda';
import type { SqliteDeliveryQueue } from '../../lambdas/adapters/sqlite/delivery-queue.ts';
import type {
  QueueReceiver,
  ReceivedMessage,
} from '../../lambdas/adapters/sqlite/queue-receiver.ts';
import { limits } from '../../lambdas/contract/limits.ts';
import type { Clock, Log } from '../../lambdas/core/ports.ts';
import type { DeliverHandler } from '../../lambdas/edge/queue.ts';

/** Batches at once; of ten messages each, so at most 200 requests are open. */
const batchesMax = 20;
/** A timer cannot hold much more; what is due later is looked at again. */
const sleepMsMax = 24 * 3_600_000;
/** After the queue itself failed: a full disk, for one. */
const pauseAfterErrorMs = 1_000;
/** Doubles with every receipt of a message that fails. */
const firstReturnMs = 5_000;

export type Poller = {
  start(): void;
  /** Receives no more, and resolves when the batches that run have ended. */
  stop(): Promise<void>;
};

type World = {
  queue: Pick<SqliteDeliveryQueue, 'onSend'>;
  receiver: QueueReceiver;
  deliver: DeliverHandler;
  clock: Clock;
  log: Log;
};

export function createPoller(world: World): Poller {
  const { queue, receiver, clock, log } = world;
  const batches = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let isOpen = false;
  let isReceiving = false;
  /** Something may be ready that the receiving under way has not seen. */
  let wasWoken = false;

  function wake(): void {
    wasWoken = true;
    if (!isReceiving) void receive();
  }

  async function receive(): Promise<void> {
    isReceiving = true;
    clearTimeout(timer);
    try {
      while (isOpen && wasWoken && batches.size < batchesMax) {
        const now = clock.now();
        wasWoken = false;
        const { queueBatchSize: limit, queueVisibilityMs: visibilityMs } = limits;
        const messages = await receiver.receive({ limit, now, visibilityMs });
        if (messages.length === 0) continue;
        run(messages);
        wasWoken = true;
      }
      sleepUntil(receiver.nextVisibleAt());
    } catch (error) {
      log.error('queue.failed', {}, error);
      sleepUntil(clock.now() + pauseAfterErrorMs);
    } finally {
      isReceiving = false;
    }
  }

  /** With every batch in use, the end of one wakes instead. */
  function sleepUntil(at: number | null): void {
    clearTimeout(timer);
    if (at === null || !isOpen || batches.size >= batchesMax) return;
    timer = setTimeout(wake, Math.min(Math.max(at - clock.now(), 0), sleepMsMax));
  }

  function run(messages: readonly ReceivedMessage[]): void {
    const batch = work(world, messages)
      .catch((error: unknown) => log.error('batch.failed', { messages: messages.length }, error))
      .finally(() => {
        batches.delete(batch);
        wake();
      });
    batches.add(batch);
  }

  return {
    start() {
      isOpen = true;
      queue.onSend(wake);
      receiver.onDeadLetter(({ reason, receiveCount }) => {
        log.error('message.dead', { reason, receiveCount });
      });
      wake();
    },
    async stop() {
      isOpen = false;
      clearTimeout(timer);
      while (batches.size > 0) await Promise.all(batches);
    },
  };
}

/** A message that fails comes again later, and after `limits.queueReceivesMax` receipts becomes a dead letter. */
async function work(
  { receiver, deliver, clock }: World,
  messages: readonly ReceivedMessage[],
): Promise<void> {
  const { batchItemFailures } = await deliver({ Records: messages.map(recordOf) });
  const failedIds = new Set(batchItemFailures.map((failure) => failure.itemIdentifier));
  const done = messages.filter(({ messageId }) => !failedIds.has(messageId));
  await receiver.delete(done.map(({ receiptHandle }) => receiptHandle));
  for (const { messageId, receiptHandle, receiveCount } of messages) {
    if (!failedIds.has(messageId)) continue;
    const returnsAt = clock.now() + firstReturnMs * 2 ** (receiveCount - 1);
    await receiver.release([receiptHandle], returnsAt, 'The deliver function reported a failure');
  }
}

function recordOf(message: ReceivedMessage): SQSRecord {
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receiveCount),
      SentTimestamp: String(message.sentAt),
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(message.sentAt),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:local:000000000000:deliveries',
    awsRegion: 'local',
  };
}
