// Whether a message goes on with what is open.
import type { BacklogMessage, QueueMessage } from '../../lambdas/contract/messages.ts';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { SubscriptionId } from '../../lambdas/core/ids.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import type { Facts } from './facts.ts';

/** What the queue lost is for the checks of the ledger to find. */
export function isLost({ lostAt }: Facts, { id, subscriptionId }: Delivery): boolean {
  return lostAt.has(id) || lostAt.has(subscriptionId);
}

export function isKept(facts: Facts, delivery: Delivery): boolean {
  const messages = facts.waiting.get(delivery.id);
  return some(messages, (message) => goesOnWith(delivery, message)) || hasJob(facts, delivery);
}

function hasJob(facts: Facts, delivery: Delivery): boolean {
  const subscription = facts.database.subscriptions.get(delivery.subscriptionId);
  return some(facts.waiting.get(delivery.subscriptionId), (message) => {
    switch (message.kind) {
      case 'attempt':
      case 'announce':
      case 'release':
      case 'replay':
        return false;
      case 'cancel':
        return (
          subscription === undefined && (message.cursor === null || delivery.id < message.cursor)
        );
      case 'backlog':
        return (
          subscription !== undefined &&
          delivery.status === 'parked' &&
          isAtWork(message, subscription) &&
          (comesAgain(message, subscription) || delivery.id > (message.cursor ?? ''))
        );
    }
  });
}

function isAtWork({ job, step, adopted }: BacklogMessage, { health }: Subscription): boolean {
  if (adopted === true && health.backlogJob === null) return true;
  return health.backlogJob?.id === job && step >= health.backlogJob.step;
}

/** True for a job that will go through the whole backlog once more. */
function comesAgain(
  { cursor, waitedSince }: BacklogMessage,
  { health: { circuit } }: Subscription,
): boolean {
  const isOpen = circuit.state === 'open';
  return isOpen || cursor === null || waitedSince !== circuit.since;
}

/** True when everything that is parked, whatever it is, is in good hands. */
export function isBacklogKept(facts: Facts, id: SubscriptionId): boolean {
  const subscription = facts.database.subscriptions.get(id);
  if (subscription?.status === 'inactive') return true;
  return some(
    facts.waiting.get(id),
    (message) =>
      message.kind === 'backlog' &&
      subscription !== undefined &&
      isAtWork(message, subscription) &&
      comesAgain(message, subscription),
  );
}

export function some<Item>(items: Set<Item> | undefined, test: (item: Item) => boolean): boolean {
  if (items === undefined) return false;
  for (const item of items) if (test(item)) return true;
  return false;
}

function goesOnWith(delivery: Delivery, message: QueueMessage): boolean {
  return (
    message.kind === 'attempt' &&
    message.cycle === delivery.cycle &&
    message.attempt > delivery.cycleAttempt &&
    // Of two messages that ask for the same retry or replay, only the recorded one goes on.
    (message.attempt > delivery.cycleAttempt + 1 ||
      delivery.status === 'parked' ||
      message.turn === delivery.turn)
  );
}
