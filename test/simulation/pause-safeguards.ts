// The safeguards around pauses and silence, taken out. Quiet weeks show them missing, where busy hours are too short.
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import type { Sabotage } from './world.ts';

/** Every subscription looks as the change says. */
function seeing(context: Context, change: (found: Subscription) => Subscription): Context {
  const { subscriptions } = context;
  return {
    ...context,
    subscriptions: {
      ...subscriptions,
      async get(tenant, id) {
        const found = await subscriptions.get(tenant, id);
        return found === undefined ? undefined : change(found);
      },
    },
  };
}

/** A failure seems always to have been there a moment ago. */
function neverQuiet(context: Context): Context {
  return seeing(context, (found) => ({
    ...found,
    health: { ...found.health, failureSeenAt: context.clock.now() },
  }));
}

/** What asks for a pause is an error like any other. */
function impatient(context: Context): Context {
  return {
    ...context,
    sender: {
      async send(request) {
        const result = await context.sender.send(request);
        return result.kind === 'response' ? { ...result, headers: {} } : result;
      },
    },
  };
}

/** Each pause is the first. */
function everPatient(context: Context): Context {
  const { deliveries } = context;
  return {
    ...context,
    deliveries: {
      ...deliveries,
      async load(tenant, ids) {
        const rows = await deliveries.load(tenant, ids);
        return new Map(
          [...rows].map(([id, row]) => [
            id,
            { ...row, delivery: { ...row.delivery, pausesSince: null } },
          ]),
        );
      },
    },
  };
}

/** A lifted pause counts for what comes, and not for what waits. */
function unreleased(context: Context): Context {
  const { queue } = context;
  return {
    ...context,
    queue: { send: (messages) => queue.send(messages.filter(({ kind }) => kind !== 'release')) },
  };
}

export const pauseRemovals: readonly { safeguard: string; sabotage: Sabotage }[] = [
  { safeguard: 'quiet time is no evidence of failure', sabotage: { context: neverQuiet } },
  { safeguard: 'a pause uses up no try', sabotage: { context: impatient } },
  { safeguard: 'pauses count no more after five days', sabotage: { context: everPatient } },
  { safeguard: 'a lifted pause releases what it put off', sabotage: { context: unreleased } },
];
