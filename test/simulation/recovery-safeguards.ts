// The safeguards against a queue that forgets, taken out.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import { isDeliveryId } from '../../lambdas/core/ids.ts';
import type { Page } from '../../lambdas/core/shared/page.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import type { Removal } from './safeguards.ts';
import type { World } from './world.ts';

const nothing = <Item>(): Promise<Page<Item>> => Promise.resolve({ items: [], nextCursor: null });

/** What a check of the ledger sends for a row that has waited for long. */
function isSentAgain({ database }: World, message: QueueMessage): boolean {
  if (message.kind !== 'attempt' || !isDeliveryId(message.deliveryId)) return false;
  const delivery = database.rows.get(message.deliveryId)?.delivery;
  return (
    delivery?.turn === message.turn &&
    delivery.cycleAttempt < message.attempt &&
    message.sentAt - (delivery.nextAttemptAt ?? message.sentAt) >= limits.overdueAfterMs
  );
}

function sending(
  context: Context,
  change: (message: QueueMessage) => readonly QueueMessage[],
): Context {
  return {
    ...context,
    queue: { send: (messages) => context.queue.send(messages.flatMap(change)) },
  };
}

export const recoveryRemovals: readonly Removal[] = [
  {
    safeguard: 'what the queue lost is asked for again',
    sabotage: {
      context: (context, world) =>
        sending(context, (message) => (isSentAgain(world, message) ? [] : [message])),
    },
  },
  {
    safeguard: 'what was lost is asked for under the turn that its row holds',
    sabotage: {
      context: (context, world) =>
        sending(context, (message) =>
          isSentAgain(world, message) ? [{ ...message, turn: 'fresh' } as QueueMessage] : [message],
        ),
    },
  },
  {
    safeguard: 'nothing is asked for again before the queue has had its time',
    sabotage: {
      context: (context) => {
        const { deliveries } = context;
        const listOpen: typeof deliveries.listOpen = async (...query) => {
          const page = await deliveries.listOpen(...query);
          const long = (at: number | null) => (at ?? 0) - limits.overdueAfterMs;
          const items = page.items.map((found) => ({
            ...found,
            nextAttemptAt: long(found.nextAttemptAt),
            updatedAt: 0,
          }));
          return { ...page, items };
        };
        return { ...context, deliveries: { ...deliveries, listOpen } };
      },
    },
  },
  {
    safeguard: 'what an hour leaves open is found after its check',
    sabotage: {
      context: (context) => ({
        ...context,
        deliveries: { ...context.deliveries, indexOpen: async () => {} },
      }),
    },
  },
  {
    safeguard: 'a backlog job that was lost is sent again',
    sabotage: {
      context: (context) => ({
        ...context,
        subscriptions: { ...context.subscriptions, list: () => nothing() },
      }),
    },
  },
  {
    safeguard: 'a replay job that was lost is sent again',
    sabotage: {
      context: (context) => ({
        ...context,
        replays: { ...context.replays, list: () => nothing() },
      }),
    },
  },
  {
    safeguard: 'a cancel job that was lost is sent again',
    sabotage: {
      context: (context) => ({
        ...context,
        ledgerChecks: { ...context.ledgerChecks, addTombstone: async () => {} },
      }),
    },
  },
];
