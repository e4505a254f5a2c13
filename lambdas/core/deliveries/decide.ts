// What to do with one message of the deliveries queue. The queue may repeat, reorder and delay messages, and a
// message may be faster than the row that it belongs to; so the row decides, and the message only asks.
import { limits } from '../../contract/limits/limits.ts';
import type { AttemptMessage, QueueMessage } from '../../contract/messages.ts';
import type { Delivery, ParkReason } from './delivery.ts';
import { isFinal } from './delivery.ts';
import { heldBackBy } from '../endpoints/health.ts';
import { heedsPauses } from './pauses.ts';
import { isFromTheFuture, plausible } from '../shared/plausible.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

export type Decision =
  /** `isProbe`: it tests an open circuit and burns no attempt. */
  | { do: 'send'; delivery: Delivery; subscription: Subscription; isProbe: boolean }
  /** Nothing is owed any more, or another message will deliver it. */
  | { do: 'skip'; reason: 'stale_cycle' | 'final' | 'recorded' | 'doubled' | 'parked' }
  | { do: 'park'; delivery: Delivery; reason: ParkReason }
  /** The endpoint asked for a pause; no attempt is burnt. */
  | { do: 'postpone'; delivery: Delivery; until: number }
  | { do: 'cancel'; delivery: Delivery }
  /** The row does not exist yet: the request that sent the message may still commit it. */
  | { do: 'await-commit' }
  /** No request lives this long: nothing was accepted, nothing is owed. */
  | { do: 'drop'; reason: 'never_committed' };

/**
 * True for a message that arrived early because the queue could not wait long enough. Otherwise the
 * queue did wait, by its own clock: a clock that shows less time is wrong, and so is one that was
 * ahead when it set the wait.
 */
export function isEarly(
  { dueAt, stampedAt, isHop = false }: Pick<AttemptMessage, 'dueAt' | 'stampedAt' | 'isHop'>,
  now: number,
): boolean {
  // Versions of this code that do not stamp messages do not mark hops either.
  if (stampedAt !== undefined && (!isHop || isFromTheFuture(stampedAt, now))) return false;
  return dueAt > now + limits.earlyToleranceMs;
}

/**
 * A row is looked for until no request can store it any more. That needs no clock: the queue waits
 * in between.
 */
export function isNeverCommitted({ looks = 0 }: Pick<AttemptMessage, 'looks'>): boolean {
  return looks * limits.commitResendDelayMs >= limits.commitWaitMaxMs;
}

/** Looks again a moment later. */
export function nextLook<Message extends QueueMessage>(message: Message, now: number): Message {
  const looks = (message.looks ?? 0) + 1;
  return { ...message, looks, dueAt: now + limits.commitResendDelayMs };
}

/**
 * Two workers that both made attempt n (a duplicate message, or a crash before the record) both
 * request n+1; and a request or replay that died or was refused leaves its message behind. The row
 * holds the turn of the one that was stored. Following the other too would double every later
 * attempt.
 */
function isDoubled(message: AttemptMessage, delivery: Delivery): boolean {
  // Any message that finds a parked delivery may send it.
  if (delivery.status === 'parked') return false;
  return message.attempt === delivery.cycleAttempt + 1 && message.turn !== delivery.turn;
}

export function decide(
  message: AttemptMessage,
  found: { delivery: Delivery | undefined; subscription: Subscription | undefined },
  now: number,
): Decision {
  const { delivery, subscription } = found;
  if (delivery === undefined || delivery.cycle < message.cycle) {
    return isNeverCommitted(message)
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
  const isProbe = mayProbe(message, subscription);
  const reason = heldBackBy(subscription);
  if (reason !== null && !isProbe) {
    // Ahead of the row, it re-parks a parked delivery: the previous attempt must notice when it is
    // recorded late.
    const isAhead = message.attempt > delivery.cycleAttempt + 1;
    const isParked = delivery.status === 'parked' && !isAhead;
    return isParked ? { do: 'skip', reason: 'parked' } : { do: 'park', delivery, reason };
  }
  const until = heldUntilOf(subscription, now);
  const heedsPause = message.isUrgent !== true && heedsPauses(delivery, now);
  // A message postponed past the pause has waited for it by the queue's clock.
  return heedsPause && until > now && until > message.dueAt
    ? { do: 'postpone', delivery, until }
    : { do: 'send', delivery, subscription, isProbe };
}

function heldUntilOf({ heldUntil, updatedAt }: Subscription, now: number): number {
  if (heldUntil === null || isFromTheFuture(updatedAt, now)) return now;
  return plausible(heldUntil, now, limits.retryAfterMsMax);
}

/**
 * Each probe is announced in the subscription before its message is due, so there is only one at a
 * time.
 */
function mayProbe({ probe }: AttemptMessage, { status, health }: Subscription): boolean {
  const { circuit } = health;
  return status === 'active' && circuit.state === 'open' && circuit.probes === probe;
}
