// The safeguards against clocks that step, taken out: what a clock once said is believed.
import { readMessage } from '../../lambdas/core/dead-letters/read-message.ts';
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import type { Sabotage, World } from './world.ts';

/** However far ahead it is, what is reserved is believed. */
function believedReservations(context: Context, { database }: World): Context {
  const { rateLimits } = context;
  return {
    ...context,
    rateLimits: {
      async reserve(...asked) {
        const slotAt = await rateLimits.reserve(...asked);
        for (const stored of database.busyUntil.values()) stored.reservedAt = null;
        return slotAt;
      },
    },
  };
}

/** The function reads every message as `change` says. */
function reading(change: (message: QueueMessage) => QueueMessage): Sabotage {
  return {
    handler: (handler) => (event) =>
      handler({
        Records: event.Records.map((record) => {
          const found = readMessage(record.body);
          return found.kind === 'message'
            ? { ...record, body: JSON.stringify(change(found.message)) }
            : record;
        }),
      }),
  };
}

/** Looks count as many as the time since the first sending allows. */
function timedLooks(context: Context): Context {
  const { queue, clock } = context;
  return {
    ...context,
    queue: {
      send: (messages) =>
        queue.send(
          messages.map((message) => {
            const isOld = clock.now() - message.sentAt > 60_000;
            return message.looks === undefined || !isOld ? message : { ...message, looks: 1_000 };
          }),
        ),
    },
  };
}

export const clockRemovals: readonly { safeguard: string; sabotage: Sabotage; clocks: true }[] = [
  {
    safeguard: 'what a clock reserved under a rate limit that was ahead is worth nothing',
    sabotage: { context: believedReservations },
    clocks: true,
  },
  {
    safeguard: 'a message that the queue has kept until its time is not early by another clock',
    sabotage: reading((message) => ({ ...message, stampedAt: undefined })),
    clocks: true,
  },
  {
    safeguard: 'a row that is not there yet is looked for as often, and not until a clock says so',
    sabotage: { context: timedLooks },
    clocks: true,
  },
];
