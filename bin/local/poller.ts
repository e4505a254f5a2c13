// Stands in for an SQS event source: receives messages, turns them into SQS events, deletes what
// the function has finished and returns what failed. Every message is a separate event, so that
// none waits for another's endpoint. It never polls: it receives when a message is sent, falls due,
// or is done.
import { setTimeout as wait } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import type { SqliteDeliveryQueue } from '../../lambdas/adapters/sqlite/queue/delivery-queue.ts';
import type {
  QueueReceiver,
  ReceivedMessage,
} from '../../lambdas/adapters/sqlite/queue/queue-receiver.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { Log } from '../../lambdas/core/ports.ts';
import type { DeliverHandler } from '../../lambdas/edge/queue/queue.ts';
import { createClockJumps } from './clock-jumps.ts';
import type { ClockWatch } from './clock-watch.ts';
import { createPlaces } from './places.ts';
import { runIn } from './watched-sender.ts';

/** After the queue itself failed: on a full disk, say. */
const pauseAfterErrorMs = 1_000;
/** Doubles with every receive of a failing message. */
const firstReturnMs = 5_000;

export type Poller = {
  start(): void;
  /** Stops receiving, and resolves when the messages in flight are done. */
  stop(): Promise<void>;
};

type World = {
  queue: Pick<SqliteDeliveryQueue, 'onSend'>;
  receiver: QueueReceiver;
  deliver: DeliverHandler;
  clock: ClockWatch;
  log: Log;
};

export function createPoller(world: World): Poller {
  const { queue, receiver, clock, log } = world;
  const inFlight = createInFlight();
  let timer: NodeJS.Timeout | undefined;
  const jumps = createClockJumps(receiver, clock, wake);
  let isOpen = false;
  let isReceiving = false;
  /** Something may be ready that the current receive has not seen. */
  let wasWoken = false;

  function wake(): void {
    wasWoken = true;
    if (!isReceiving) void receive();
  }

  async function receive(): Promise<void> {
    isReceiving = true;
    clearTimeout(timer);
    try {
      while (isOpen && wasWoken && inFlight.room() > 0) {
        const now = clock.now();
        wasWoken = false;
        await jumps.tell(now);
        const messages = await receiver.receive({
          limit: Math.min(limits.queueBatchSize, inFlight.room()),
          now,
          visibilityMs: limits.queueVisibilityMs,
          room: inFlight.roomNow(),
        });
        if (messages.length === 0) continue;
        for (const message of messages) run(message);
        wasWoken = true;
      }
      sleepUntil(receiver.nextWaitingUntil());
    } catch (error) {
      log.error('queue.failed', {}, error);
      sleepUntil(clock.now() + pauseAfterErrorMs);
    } finally {
      isReceiving = false;
    }
  }

  /** Without room, in total or for the ready subscriptions, the next completion wakes it. */
  function sleepUntil(at: number | null): void {
    clearTimeout(timer);
    if (at === null || !isOpen || inFlight.room() === 0) return;
    timer = setTimeout(wake, Math.min(Math.max(at - clock.now(), 0), limits.localSleepMsMax));
  }

  function run(message: ReceivedMessage): void {
    const work = () => workOn(world, message, () => isOpen);
    void inFlight.add(message.subscriptionId, work).then(wake);
  }

  return {
    start() {
      isOpen = true;
      queue.onSend(wake);
      receiver.onDeadLetter(({ tenant, id, reason, detail, receiveCount }) => {
        log.error('message.dead', { tenant, id, reason, detail, receiveCount });
      });
      wake();
    },
    async stop() {
      isOpen = false;
      clearTimeout(timer);
      await inFlight.ended();
    },
  };
}

/**
 * Retries until the queue accepts it: a message neither deleted nor returned waits for its lease to
 * end.
 */
async function workOn(
  world: World,
  message: ReceivedMessage,
  isOpen: () => boolean,
): Promise<void> {
  const { receiver, log } = world;
  const done = await isDone(world, message);
  for (;;) {
    try {
      return await (done ? receiver.delete([message.receiptHandle]) : giveBack(world, message));
    } catch (error) {
      log.error('queue.failed', {}, error);
      if (!isOpen()) return;
      await wait(pauseAfterErrorMs);
    }
  }
}

async function isDone({ deliver, log }: World, message: ReceivedMessage): Promise<boolean> {
  try {
    const { batchItemFailures } = await deliver({ Records: [recordOf(message)] });
    return batchItemFailures.length === 0;
  } catch (error) {
    log.error('message.failed', { messageId: message.messageId }, error);
    return false;
  }
}

/**
 * A failing message comes again later, and becomes a dead letter after `limits.queueReceivesMax`
 * receives.
 */
function giveBack({ receiver, clock }: World, message: ReceivedMessage): Promise<void> {
  const { receiptHandle, receiveCount } = message;
  const returnsAt = clock.now() + firstReturnMs * 2 ** (receiveCount - 1);
  return receiver.release([receiptHandle], returnsAt, 'The deliver function reported a failure');
}

/** What is running, and how much more may run. */
function createInFlight() {
  const works = new Set<Promise<void>>();
  const places = createPlaces();
  return {
    room: () => places.free(),
    roomNow: () => places.roomAt(performance.now()),
    /** Resolves when there is room for a successor. */
    add(subscriptionId: string, work: () => Promise<void>): Promise<void> {
      const place = places.take(subscriptionId);
      const ended = runIn(place, work).finally(() => {
        works.delete(ended);
        place.free();
      });
      works.add(ended);
      return ended;
    },
    async ended(): Promise<void> {
      while (works.size > 0) await Promise.all(works);
    },
  };
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
