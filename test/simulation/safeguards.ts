// Each safeguard of the protocols, taken out: wrappers that do what the code would do without it. The simulation must
// notice every one of them, or it proves nothing.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { AttemptMessage, QueueMessage } from '../../lambdas/contract/messages.ts';
import { isDeliveryId } from '../../lambdas/core/ids.ts';
import type { DeliveryQueue, DeliveryStore } from '../../lambdas/core/ports.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import { anError } from '../support/send-results.ts';
import { messageIn } from './dead-letter-invariants.ts';
import { clockRemovals } from './clock-safeguards.ts';
import type { Sabotage, World } from './world.ts';

export type Removal = {
  safeguard: string;
  sabotage: Sabotage;
  /** Shows only where clocks step. */
  clocks?: boolean;
};

const isFirst = (message: QueueMessage) => message.kind === 'attempt' && message.attempt === 1;

/** Keeps messages back until the row is stored. */
function sendAfterStoring(
  context: Context,
  isKept: (message: QueueMessage) => boolean,
): { queue: DeliveryQueue; sendKept: () => Promise<void> } {
  let kept: QueueMessage[] = [];
  return {
    queue: {
      async send(messages) {
        kept.push(...messages.filter(isKept));
        const others = messages.filter((message) => !isKept(message));
        if (others.length > 0) await context.queue.send(others);
      },
    },
    async sendKept() {
      const messages = kept;
      kept = [];
      if (messages.length > 0) await context.queue.send(messages);
    },
  };
}

/** Rows go first, messages last: a dual write. */
function storeFirst(
  context: Context,
  isKept: (message: QueueMessage) => boolean,
  verb: 'commit' | 'recordAttempt',
): Context {
  const { queue, sendKept } = sendAfterStoring(context, isKept);
  const { deliveries } = context;
  const late: Pick<DeliveryStore, 'commit' | 'recordAttempt'> = {
    async commit(delivery, body) {
      const done = await deliveries.commit(delivery, body);
      await sendKept();
      return done;
    },
    async recordAttempt(before, after, attempt) {
      const done = await deliveries.recordAttempt(before, after, attempt);
      await sendKept();
      return done;
    },
  };
  return { ...context, queue, deliveries: { ...deliveries, [verb]: late[verb] } };
}

/** The subscription names its backlog job before there is one. */
function nameFirst(context: Context): Context {
  const { queue, sendKept } = sendAfterStoring(context, ({ kind }) => kind === 'backlog');
  const { subscriptions } = context;
  return {
    ...context,
    queue,
    subscriptions: {
      ...subscriptions,
      async replace(before, after) {
        const done = await subscriptions.replace(before, after);
        await sendKept();
        return done;
      },
    },
  };
}

/** A replay job's row goes first, its message last. */
function storeJobFirst(context: Context): Context {
  const { queue, sendKept } = sendAfterStoring(context, ({ kind }) => kind === 'replay');
  const { replays } = context;
  return {
    ...context,
    queue,
    replays: {
      ...replays,
      async create(job) {
        await replays.create(job);
        await sendKept();
      },
      async replace(before, after) {
        const done = await replays.replace(before, after);
        await sendKept();
        return done;
      },
    },
  };
}

/** Whoever repeats a request finds its row and is answered: nobody looks for the entry. */
function unentered(context: Context): Context {
  return { ...context, deliveries: { ...context.deliveries, enter: async () => {} } };
}

/** The check of the ledger sees that counters are wrong, and leaves them so. */
function uncorrected(context: Context): Context {
  return { ...context, stats: { ...context.stats, correct: async () => {} } };
}

/** Every delivery looks as if it had not changed for ages. */
function unchanging(context: Context): Context {
  const { deliveries } = context;
  return {
    ...context,
    deliveries: {
      ...deliveries,
      async list(query) {
        const page = await deliveries.list(query);
        return { ...page, items: page.items.map((found) => ({ ...found, updatedAt: 0 })) };
      },
    },
  };
}

/** An open circuit holds nothing back. */
function unbroken(context: Context): Context {
  const { subscriptions } = context;
  return {
    ...context,
    subscriptions: {
      ...subscriptions,
      async get(tenant, id) {
        const found = await subscriptions.get(tenant, id);
        if (found === undefined) return undefined;
        const { since } = found.health.circuit;
        return { ...found, health: { ...found.health, circuit: { state: 'closed', since } } };
      },
    },
  };
}

/** Changes are stored first, and then announced. */
function announceLast(context: Context): Context {
  const { queue, sendKept } = sendAfterStoring(context, isFirstAnnouncement);
  const { deliveries, subscriptions } = context;
  return {
    ...context,
    queue,
    deliveries: {
      ...deliveries,
      async recordAttempt(...change) {
        const done = await deliveries.recordAttempt(...change);
        await sendKept();
        return done;
      },
    },
    subscriptions: {
      ...subscriptions,
      async replace(...change) {
        const done = await subscriptions.replace(...change);
        await sendKept();
        return done;
      },
    },
  };
}

/** Messages are acknowledged while their letters are still on their way. */
function buryLater(context: Context): Context {
  const { deadLetters } = context;
  const bury: typeof deadLetters.bury = async (letter) => {
    deadLetters.bury(letter).catch(() => {});
  };
  return { ...context, deadLetters: { ...deadLetters, bury } };
}

/** Letters count as sent again before they are. */
function markFirst(context: Context): Context {
  const { deadLetters, clock } = context;
  return {
    ...context,
    deadLetters: {
      ...deadLetters,
      async list(query) {
        const page = await deadLetters.list(query);
        const healthy = page.items.filter((letter) => messageIn(letter) !== null);
        await Promise.all(healthy.map((each) => deadLetters.markRedriven(each, clock.now())));
        return page;
      },
      markRedriven: () => Promise.resolve('marked'),
    },
  };
}

/** Stores whatever comes last, whoever was first. */
function unconditional(context: Context): Context {
  const { deliveries } = context;
  return {
    ...context,
    deliveries: {
      ...deliveries,
      async recordAttempt(before, after, attempt) {
        const loaded = await deliveries.load(before.tenant, [before.id]);
        const version = loaded.get(before.id)?.delivery.version ?? before.version;
        return deliveries.recordAttempt(
          { ...before, version },
          { ...after, version: version + 1 },
          attempt,
        );
      },
    },
  };
}

/** What could not be sent for a want of the service's own is held against the endpoint. */
function blaming(context: Context): Context {
  return {
    ...context,
    sender: {
      send: (request) =>
        context.sender.send(request).catch(() => ({ ...anError('connect_failed'), durationMs: 0 })),
    },
  };
}

/** Sends only what passes. */
function dropping(context: Context, isKept: (message: QueueMessage) => boolean): Context {
  return {
    ...context,
    queue: { send: (messages) => context.queue.send(messages.filter(isKept)) },
  };
}

/** Every message counts for whatever its row waits for now. */
function rewriting(change: (world: World, message: AttemptMessage) => AttemptMessage): Sabotage {
  return {
    handler: (handler, world) => (event, lambdaContext) => {
      const records = event.Records.map((record) => {
        const message = world.queue.live.get(Number(record.messageId))?.message;
        return message?.kind === 'attempt'
          ? { ...record, body: JSON.stringify(change(world, message)) }
          : record;
      });
      return handler({ Records: records }, lambdaContext);
    },
  };
}

function currentCycle(world: World, message: AttemptMessage): AttemptMessage {
  const { deliveryId } = message;
  const row = isDeliveryId(deliveryId) ? world.database.rows.get(deliveryId) : undefined;
  if (row === undefined || row.delivery.cycle <= message.cycle) return message;
  const { cycle, cycleAttempt, turn } = row.delivery;
  return { ...message, cycle, attempt: cycleAttempt + 1, turn: turn ?? message.turn };
}

function currentTurn(world: World, message: AttemptMessage): AttemptMessage {
  const { deliveryId } = message;
  const row = isDeliveryId(deliveryId) ? world.database.rows.get(deliveryId) : undefined;
  return { ...message, turn: row?.delivery.turn ?? message.turn };
}

function nextAttempt(world: World, message: AttemptMessage): AttemptMessage {
  const { deliveryId } = message;
  const row = isDeliveryId(deliveryId) ? world.database.rows.get(deliveryId) : undefined;
  if (row === undefined || row.delivery.cycleAttempt < message.attempt) return message;
  const { cycleAttempt, turn } = row.delivery;
  return { ...message, attempt: cycleAttempt + 1, turn: turn ?? message.turn };
}

const isFirstAnnouncement = (message: QueueMessage) =>
  message.kind === 'announce' && message.dueAt - message.sentAt <= limits.jobDelayMs;

const isLaterAnnouncement = (message: QueueMessage) =>
  message.kind === 'announce' && !isFirstAnnouncement(message);

const isSecondCancel = (message: QueueMessage) =>
  message.kind === 'cancel' && message.cursor === null && message.dueAt - message.sentAt > 60_000;

const isSecondPass = (message: QueueMessage) =>
  message.kind === 'backlog' && message.cursor === null && message.dueAt - message.passAt > 60_000;

export const removals: readonly Removal[] = [
  ...clockRemovals,
  {
    safeguard: 'the message goes before the commit',
    sabotage: { context: (context) => storeFirst(context, isFirst, 'commit') },
  },
  {
    safeguard: 'the next message goes before the record',
    sabotage: {
      context: (context) =>
        storeFirst(
          context,
          (message) => message.kind === 'attempt' && message.attempt > 1,
          'recordAttempt',
        ),
    },
  },
  {
    safeguard: 'a record is stored on the condition that nobody else was first',
    sabotage: { context: unconditional },
  },
  {
    safeguard: 'a message of an older cycle is skipped',
    sabotage: rewriting(currentCycle),
  },
  {
    safeguard: 'a message of a recorded attempt is skipped',
    sabotage: rewriting(nextAttempt),
  },
  {
    safeguard: 'of two messages for one attempt the one whose turn is stored goes on',
    sabotage: rewriting(currentTurn),
  },
  {
    safeguard: 'a backlog job is sent before its subscription names it',
    sabotage: { context: nameFirst },
  },
  {
    safeguard: 'an open circuit holds back what is not a probe',
    sabotage: { context: unbroken },
  },
  {
    safeguard: 'a backlog is gone through again when no memo is old any more',
    sabotage: {
      context: (context) => dropping(context, (message) => !isSecondPass(message)),
    },
  },
  {
    safeguard: 'a cancel job is repeated when no memo is old any more',
    sabotage: {
      context: (context) => dropping(context, (message) => !isSecondCancel(message)),
    },
  },
  {
    safeguard: 'a step of a replay job is asked for before the job is stored',
    sabotage: { context: storeJobFirst },
  },
  {
    safeguard: 'a replay job leaves alone what changed since it was made',
    sabotage: { context: unchanging },
  },
  {
    safeguard: 'a repeated request makes up for an entry that is missing in the ledger',
    sabotage: { context: unentered },
  },
  {
    safeguard: 'the check of the ledger puts counters right that missed a change',
    sabotage: { context: uncorrected },
  },
  {
    safeguard: 'the announcement goes before the change',
    sabotage: { context: announceLast },
  },
  {
    safeguard: 'an announcement that is faster than its change waits for it',
    sabotage: {
      context: (context) => dropping(context, (message) => !isLaterAnnouncement(message)),
    },
  },
  {
    safeguard: 'a dead letter is stored before its message is done with',
    sabotage: { context: buryLater },
  },
  {
    safeguard: 'a dead letter is marked after its message was sent',
    sabotage: { context: markFirst },
  },
  {
    safeguard: 'what the service itself could not send is no attempt',
    sabotage: { context: blaming },
  },
  {
    safeguard: 'a message that is faster than its row waits for it',
    sabotage: {
      context: (context) =>
        dropping(context, (message) => !(isFirst(message) && message.dueAt > message.sentAt)),
    },
  },
];
