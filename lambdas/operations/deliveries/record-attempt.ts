// The end of the attempt protocol: request the retry, or announce the end; then record the attempt,
// whatever others did to the row in the meantime.
import type { AttemptMessage } from '../../contract/messages.ts';
import type { Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { statsDelta } from '../../core/ledger/stats.ts';
import type { StatsDelta } from '../../core/ledger/stats.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { AfterAttempt } from '../../core/deliveries/transitions.ts';
import { announceFailure } from '../announcements/announce.ts';
import type { Context } from '../context.ts';

/** Concurrent changes tolerated while recording an attempt: cancel, park, replay. */
const recordTriesMax = 5;

/** Fields that describe the message's own attempt, not the next one. */
const ofThisAttempt = {
  probe: undefined,
  isUrgent: undefined,
  slotAt: undefined,
  unsent: undefined,
};

export async function askForRetry(
  context: Context,
  message: AttemptMessage,
  { retryAt, delivery: { turn } }: AfterAttempt,
): Promise<void> {
  if (retryAt === null || turn === null) return;
  const next = { ...message, attempt: message.attempt + 1, turn, dueAt: retryAt };
  await context.queue.send([{ ...next, ...ofThisAttempt }]);
}

export type RecordWork = {
  message: AttemptMessage;
  subscription: Subscription;
  /** As read before the request. */
  delivery: Delivery;
  /** What the result means for the delivery's current state. */
  judge: (current: Delivery) => AfterAttempt;
};

export async function recordAttempt(context: Context, work: RecordWork): Promise<StatsDelta[]> {
  let before = work.delivery;
  for (let tries = 0; tries < recordTriesMax; tries += 1) {
    const after = work.judge(before);
    if (after.attempt.outcome === 'failure') {
      await announceFailure(context, work.subscription, after.delivery);
    }
    const done = await recorded(context, before, after);
    if (done === 'applied') return [statsDelta(before, after.delivery, after.attempt)];
    if (done === 'lost') return [];
    const current = await reload(context, before);
    if (current === undefined || isKnown(work, current)) return [];
    // The retry's message may have parked it, and is done then. A postponed one is still to come.
    if (current.status === 'parked') await askForRetry(context, work.message, work.judge(current));
    before = current;
  }
  throw new Error('The delivery kept changing while recording its attempt');
}

/**
 * True when a duplicate of this message recorded the attempt. A later attempt may have been recorded without this one
 * (its message came while this one was under way); then the row has taken more steps than it has attempts.
 */
function isKnown({ message, delivery, judge }: RecordWork, current: Delivery): boolean {
  if (current.cycle !== message.cycle || current.cycleAttempt < message.attempt) return false;
  const steps = current.cycleAttempt - delivery.cycleAttempt;
  const attempts = current.attemptCount - delivery.attemptCount;
  const isNews = judge(current).delivery.status !== current.status;
  return attempts >= steps && !isNews;
}

/**
 * When the store fails after the retry was queued, the message is done: trying again would queue a
 * second retry, and the two would multiply. The next attempt continues from here; only this log
 * line is lost.
 */
async function recorded(
  context: Context,
  before: Delivery,
  after: { delivery: Delivery; attempt: Attempt; retryAt: number | null },
): Promise<'applied' | 'superseded' | 'lost'> {
  try {
    return await context.deliveries.recordAttempt(before, after.delivery, after.attempt);
  } catch (error) {
    if (after.retryAt === null) throw error;
    context.log.error('attempt.lost', { deliveryId: before.id }, error);
    return 'lost';
  }
}

async function reload(context: Context, delivery: Delivery): Promise<Delivery | undefined> {
  const loaded = await context.deliveries.load(delivery.tenant, [delivery.id]);
  return loaded.get(delivery.id)?.delivery;
}
