// SQS and EventBridge Scheduler as they may behave: messages are repeated, reordered and late, come again after the
// visibility timeout unless they were acknowledged, and end in the dead letters after their last receive. What lies
// beyond the longest delay is scheduled, up to a minute late; a scheduler that refuses is replaced by hops.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import { isDeliveryId } from '../../lambdas/core/ids.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import type { DeliveryQueue } from '../../lambdas/core/ports.ts';
import type { ClockInvariants } from './clock-invariants.ts';
import { offsetOf } from './clocks.ts';
import type { Fault } from './faults.ts';
import { call, faultAt } from './kernel.ts';
import type { Kernel, Process } from './kernel.ts';
import { shortId } from './store.ts';

export type Envelope = {
  id: number;
  /** As it travels: text. */
  body: string;
  /** Null for what is no message of ours. */
  message: QueueMessage | null;
  receives: number;
  sentAt: number;
  /** It waits in the scheduler until this, epoch ms, and then on the queue. */
  firesAt: number;
};

export type VirtualQueue = {
  /** Everything sent and not yet acknowledged: scheduled, waiting, being worked on, or a dead letter. */
  live: Map<number, Envelope>;
  visible: Envelope[];
  /** Received too often, and not yet kept as a letter. */
  deadLetters: Set<Envelope>;
  /** What was put here that is no message of ours. */
  poison: string[];
  /** The names of what is scheduled: one per attempt and time. */
  schedules: Set<string>;
  /** Called when a message becomes visible. */
  onVisible: () => void;
  /** Called when a message was received too often. */
  onDead: (envelope: Envelope) => void;
};

export type QueueWatch = {
  sent(message: QueueMessage): void;
  acknowledged(message: QueueMessage): void;
  /** The queue has forgotten it. */
  lost(message: QueueMessage): void;
};

export function createQueue(): VirtualQueue {
  return {
    live: new Map(),
    visible: [],
    deadLetters: new Set(),
    poison: [],
    schedules: new Set(),
    onVisible: () => {},
    onDead: () => {},
  };
}

export type QueueAccess = { kernel: Kernel; queue: VirtualQueue; watch: QueueWatch };

export function deliveryQueue(
  access: QueueAccess & { clocks: Pick<ClockInvariants, 'sent'> },
  process: Process,
): DeliveryQueue {
  return {
    send: (messages) => {
      // What is not scheduled is delayed, from now on, by what the sender's clock says.
      const now = access.kernel.timeline.now() + offsetOf(access.kernel, process);
      for (const message of messages) access.clocks.sent(process, message);
      return call(access.kernel, process, {
        port: 'queue.send',
        about: messages.flatMap(deliveryOf),
        detail: () => messages.map(described).join(', '),
        apply: (fault) => {
          const sent =
            fault === 'fail-halfway' ? messages.slice(0, messages.length >> 1) : messages;
          for (const message of sent) {
            dispatch(access, message, message.dueAt - now);
            if (fault === 'twice') dispatch(access, message, message.dueAt - now);
          }
        },
      });
    },
  };
}

export function deliveryOf(message: QueueMessage): DeliveryId[] {
  return message.kind === 'attempt' && isDeliveryId(message.deliveryId) ? [message.deliveryId] : [];
}

export function described(message: QueueMessage): string {
  switch (message.kind) {
    case 'attempt':
      return `${shortId(message.deliveryId)} attempt ${message.cycle}.${message.attempt}`;
    case 'replay':
      return `step ${message.step} of ${message.replayId}`;
    case 'backlog':
    case 'cancel':
    case 'release':
    case 'announce':
      return `${message.kind} of ${message.subscriptionId}`;
  }
}

function dispatch(access: QueueAccess, message: QueueMessage, delayMs: number): void {
  const { kernel } = access;
  if (delayMs <= limits.queueDelayMsMax) {
    put(access, message, delayMs);
    return;
  }
  const fault = faultAt(kernel, 'scheduler.create', () => deliveryOf(message));
  kernel.note(() => `  scheduled in ${Math.round(delayMs / 1_000)} s${shownFault(fault)}`);
  if (fault !== 'fail') schedule(access, message);
  if (fault === 'twice') putAt(access, message, message.dueAt + kernel.random.between(0, 60_000));
  // A scheduler that cannot be asked is replaced by a hop: the message comes early and is sent again.
  if (fault === 'fail' || fault === 'fail-after') {
    put(access, { ...message, isHop: true }, limits.queueDelayMsMax);
  }
}

/** A schedule whose name is taken is the same message, asked for before. */
function schedule(access: QueueAccess, message: QueueMessage): void {
  const { kernel, queue } = access;
  const name = JSON.stringify({ ...message, sentAt: 0, stampedAt: 0 });
  if (queue.schedules.has(name)) return;
  queue.schedules.add(name);
  const firesAt = message.dueAt + kernel.random.between(0, 60_000);
  putAt(access, message, firesAt).firesAt = firesAt;
  kernel.timeline.after(firesAt - kernel.timeline.now(), () => {
    queue.schedules.delete(name);
  });
}

function putAt(access: QueueAccess, message: QueueMessage, at: number): Envelope {
  return put(access, message, at - access.kernel.timeline.now());
}

const shownFault = (fault: Fault | null) => (fault === null ? '' : ` ✗ ${fault}`);

function put(access: QueueAccess, message: QueueMessage, delayMs: number): Envelope {
  // A newer version of the code may send fields that this one does not know.
  const body = JSON.stringify({ ...message, fieldOfTheNextVersion: true });
  // A copy: each stands for one message on the queue.
  const copy = { ...message };
  access.watch.sent(copy);
  return putText(access, { body, message: copy }, delayMs);
}

export function putText(
  { kernel, queue }: Pick<QueueAccess, 'kernel' | 'queue'>,
  text: { body: string; message: QueueMessage | null },
  delayMs: number,
): Envelope {
  const { random, timeline } = kernel;
  const sentAt = Math.round(timeline.now());
  const id = kernel.random.below(2 ** 48);
  const envelope: Envelope = { id, receives: 0, sentAt, firesAt: sentAt, ...text };
  queue.live.set(envelope.id, envelope);
  if (text.message === null) queue.poison.push(text.body);
  // Mostly at once, now and then much later than what was sent after it.
  const lateMs = random.chance(0.1) ? random.between(0, 5_000) : random.between(0, 60);
  timeline.after(Math.max(0, delayMs) + lateMs, () => {
    show(queue, envelope);
  });
  return envelope;
}

function show(queue: VirtualQueue, envelope: Envelope): void {
  // It was buried by a test's own hand.
  if (!queue.live.has(envelope.id)) return;
  queue.visible.push(envelope);
  queue.onVisible();
}

/** Takes a batch in no order. What has been received too often goes to the dead letters instead. */
export function receive({ kernel, queue }: Pick<QueueAccess, 'kernel' | 'queue'>): Envelope[] {
  const wanted = 1 + kernel.random.below(limits.queueBatchSize);
  const batch: Envelope[] = [];
  while (batch.length < wanted && queue.visible.length > 0) {
    const [envelope] = queue.visible.splice(kernel.random.below(queue.visible.length), 1);
    if (envelope === undefined) break;
    envelope.receives += 1;
    if (envelope.receives > limits.queueReceivesMax) {
      kernel.note(() => `dead letter: ${envelope.body}`);
      queue.deadLetters.add(envelope);
      queue.onDead(envelope);
      continue;
    }
    batch.push(envelope);
    kernel.timeline.after(limits.queueVisibilityMs, () => {
      if (queue.live.has(envelope.id)) show(queue, envelope);
    });
  }
  return batch;
}

export function acknowledge(
  { kernel, queue, watch }: QueueAccess,
  done: readonly Envelope[],
): void {
  const about = () => done.flatMap(({ message }) => (message === null ? [] : deliveryOf(message)));
  if (faultAt(kernel, 'queue.acknowledge', about) !== null) {
    kernel.note(() => `an acknowledgement is lost`);
    return;
  }
  for (const { id, message } of done) {
    if (queue.live.delete(id) && message !== null) watch.acknowledged(message);
  }
}
