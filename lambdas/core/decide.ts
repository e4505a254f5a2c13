// What to do with one message of the deliveries queue. The queue may repeat, reorder and delay messages, and a
// message may be faster than the row that it belongs to; so the row decides, and the message only asks.
import { limits } from '../contract/limits.ts';
import type { AttemptMessage } from '../contract/messages.ts';
import type { Delivery } from './delivery.ts';
import { isFinal } from './delivery.ts';
import type { Subscription } from './subscription.ts';

export type Decision =
  | { do: 'send'; delivery: Delivery; subscription: Subscription }
  /** Nothing is owed any more, or another message will do it. */
  | { do: 'skip'; reason: 'stale_cycle' | 'final' | 'recorded' | 'doubled' | 'parked' }
  | { do: 'park'; delivery: Delivery }
  /** The endpoint asked for a pause; no attempt is burnt. */
  | { do: 'postpone'; delivery: Delivery; until: number }
  | { do: 'cancel'; delivery: Delivery }
  /** The row is not there yet: the request that sent the message may still commit it. */
  | { do: 'await-commit' }
  /** No request can live this long: nothing was accepted, nothing is owed. */
  | { do: 'drop'; reason: 'never_committed' };

/** True for a message that came before its time, from a queue that could not wait as long. */
export function isEarly(message: { dueAt: number }, now: number): boolean {
  return message.dueAt > now + limits.earlyToleranceMs;
}

/**
 * Two workers that both made attempt n (a repeated message, or a crash before the record) both asked for n+1; and a
 * request or a replay that died or was refused leaves its message behind. The row knows the time of the one that was
 * stored. Going on with the other too would double every later attempt.
 */
function isDoubled(message: AttemptMessage, delivery: Delivery): boolean {
  // Whatever finds a parked delivery may send it.
  if (delivery.status === 'parked') return false;
  // A message that waits for its commit keeps `sentAt` and moves `dueAt`.
  const times = [message.dueAt, message.wasDueAt, message.rowDueAt, message.sentAt];
  const isNext = message.attempt === delivery.cycleAttempt + 1;
  return isNext && !times.includes(delivery.nextAttemptAt ?? 0);
}

export function decide(
  message: AttemptMessage,
  found: { delivery: Delivery | undefined; subscription: Subscription | undefined },
  now: number,
): Decision {
  const { delivery, subscription } = found;
  if (delivery === undefined || delivery.cycle < message.cycle) {
    return now - message.sentAt > limits.commitWaitMaxMs
      ? { do: 'drop', reason: 'never_committed' }
      : { do: 'await-commit' };
  }
  if (message.cycle < delivery.cycle) return { do: 'skip', reason: 'stale_cycle' };
  if (isFinal(delivery.status)) return { do: 'skip', reason: 'final' };
  if (message.attempt <= delivery.cycleAttempt) return { do: 'skip', reason: 'recorded' };
  if (isDoubled(message, delivery)) return { do: 'skip', reason: 'doubled' };
  return subscription === undefined
    ? { do: 'cancel', delivery }
    : decideForSubscription(message, { delivery, subscription }, now);
}

function decideForSubscription(
  message: AttemptMessage,
  found: { delivery: Delivery; subscription: Subscription },
  now: number,
): Decision {
  const { delivery, subscription } = found;
  if (subscription.status === 'inactive') {
    // Ahead of the row, it parks even what is parked: the attempt before it, when it is recorded late, must notice.
    const isAhead = message.attempt > delivery.cycleAttempt + 1;
    const isParked = delivery.status === 'parked' && !isAhead;
    return isParked ? { do: 'skip', reason: 'parked' } : { do: 'park', delivery };
  }
  const { heldUntil } = subscription;
  return heldUntil !== null && heldUntil > now
    ? { do: 'postpone', delivery, until: heldUntil }
    : { do: 'send', delivery, subscription };
}
