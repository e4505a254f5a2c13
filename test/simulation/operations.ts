// One short life for each operation: what is there before it, the operation itself, and what must come of it. Faults
// are planted in the operation alone.
import type { DeliveryStatus } from '../../lambdas/core/deliveries/delivery.ts';
import type { DeliveryId, ReplayId } from '../../lambdas/core/ids.ts';
import { deadLetterOf } from '../../lambdas/core/dead-letters/dead-letter.ts';
import { newHealth } from '../../lambdas/core/endpoints/health.ts';
import type { Health } from '../../lambdas/core/endpoints/health-record.ts';
import { subscriptionIdFrom } from '../../lambdas/core/ids.ts';
import type { RateLimit } from '../../lambdas/core/endpoints/rate-limit.ts';
import type { RetrySchedule } from '../../lambdas/core/deliveries/retry-schedule.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import {
  cancel,
  changeReplay,
  pause,
  publish,
  redriveAll,
  remove,
  replayMany,
  resume,
  retry,
  secretFrom,
} from './client.ts';
import type { Mode, Phase } from './endpoints.ts';
import { putText } from './queue.ts';
import { replayFilters } from '../support/factories.ts';
import { startOfTime } from './timeline.ts';
import type { World } from './world.ts';

export type Operation = {
  name: string;
  /** Runs without faults, up to the moment at which the operation begins. */
  before: (world: World) => Promise<Prepared>;
  during: (world: World, prepared: Prepared) => Promise<unknown>;
  /** Whether the event bus is. */
  isHeard?: boolean;
  /** What every delivery may come to, but for those to operator's subscriptions. */
  endsAs: readonly DeliveryStatus[];
};

export type Prepared = { subscription: Subscription; ids: DeliveryId[] };

const failing: Mode = { kind: 'status', status: 500 };

type About = {
  status?: 'active' | 'inactive';
  schedule?: RetrySchedule;
  phases?: Phase[];
  rateLimit?: RateLimit;
  failingSince?: number;
  operationalEvents?: boolean;
  eventTypes?: string[];
};

function healthOf(failingSince: number | null): Health {
  const failureSeenAt = failingSince === null ? null : startOfTime;
  return { ...newHealth(startOfTime), failingSince, failureSeenAt };
}

function addSubscription(world: World, about: About = {}): Subscription {
  const { status = 'active', schedule = [2, 1_200, 1_200, 1_200], phases = [] } = about;
  const { rateLimit = null, failingSince = null } = about;
  const { operationalEvents = false, eventTypes = null } = about;
  const id = subscriptionIdFrom(startOfTime, world.random.bytes(10));
  const subscription: Subscription = {
    tenant: 'red',
    id,
    name: null,
    targetUrl: `https://${id}.example/`,
    secret: secretFrom(world),
    previousSecrets: [],
    timestampedSignature: false,
    hubSignature: 'current',
    eventTypes,
    status,
    inactiveReason: status === 'active' ? null : 'paused',
    retrySchedule: schedule,
    timeoutMs: 5_000,
    heldUntil: null,
    rateLimit,
    health: healthOf(failingSince),
    customHeaders: {},
    auth: null,
    operationalEvents,
    verification: null,
    createdAt: startOfTime,
    updatedAt: startOfTime,
    version: 1,
  };
  world.endpoints.set(subscription.targetUrl, phases);
  world.database.subscriptions.set(id, subscription);
  world.invariants.subscriptionChanged(id, subscription);
  return subscription;
}

/** An inactive subscription made active, or the other way round, without the operation that does it. */
function setStatus(world: World, { id }: Subscription, status: 'active' | 'inactive'): void {
  const known = world.database.subscriptions.get(id);
  if (known === undefined) throw new Error('No such subscription');
  const changed: Subscription = { ...known, status, version: known.version + 1 };
  world.database.subscriptions.set(id, changed);
  world.invariants.subscriptionChanged(id, changed);
}

async function publishOne(world: World, subscription: Subscription): Promise<DeliveryId> {
  const id = await publish(world, subscription, { body: '{"a":1}', key: 'first' });
  if (id === null) throw new Error('The event was not accepted');
  return id;
}

/** Accepts one event; the messages that it sent have not been received. */
export async function accepted(world: World, about?: About): Promise<Prepared> {
  const subscription = addSubscription(world, about);
  return { subscription, ids: [await publishOne(world, subscription)] };
}

/** Accepts one event and leaves it alone for a while. */
export async function old(world: World, about?: About): Promise<Prepared> {
  const prepared = await accepted(world, about);
  await world.sleep(60_000);
  return prepared;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** Accepts one event whose first failed attempt opens the circuit: many have failed for a minute before it. */
async function acceptedAfterFailures(world: World, worksAfterMs: number): Promise<Prepared> {
  const from = startOfTime;
  const phases: Phase[] = [
    { from, mode: failing },
    { from: from + worksAfterMs, mode: { kind: 'ok' } },
  ];
  const subscription = addSubscription(world, { phases });
  const { since: circuitSince } = subscription.health.circuit;
  const window = { from, circuitSince, attempts: 20, failures: 20 };
  world.attemptWindows.set(`${subscription.tenant} ${subscription.id}`, window);
  await world.sleep(1.1 * minute);
  return { subscription, ids: [await publishOne(world, subscription)] };
}

async function acceptedMany(world: World, count: number, about: About): Promise<Prepared> {
  const subscription = addSubscription(world, about);
  const ids: DeliveryId[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = await publish(world, subscription, { body: '{"a":1}', key: `event ${index}` });
    if (id !== null) ids.push(id);
  }
  return { subscription, ids };
}

/** Events whose every attempt fails; the endpoint works again after that. */
export async function failedMany(world: World, count: number): Promise<Prepared> {
  const phases: Phase[] = [
    { from: startOfTime, mode: failing },
    { from: startOfTime + 0.5 * minute, mode: { kind: 'ok' } },
  ];
  const prepared = await acceptedMany(world, count, { schedule: [2, 2], phases });
  await world.sleep(minute);
  return prepared;
}

export async function replayFailed(
  world: World,
  { subscription }: Prepared,
): Promise<ReplayId | null> {
  const { tenant, id: subscriptionId } = subscription;
  const filters = replayFilters({ subscriptionId });
  return replayMany(world, tenant, { filters, perSecond: 2 });
}

/** The one job that there is. */
async function changeJob(world: World, verb: 'pause' | 'resume'): Promise<unknown> {
  const [job] = world.database.replays.values();
  return changeReplay(world, { tenant: 'red', id: job!.id }, verb);
}

/** Every message on the queue failed at every receive. */
function buryAll({ queue, database, invariants, kernel }: World): void {
  // Somebody must have failed.
  kernel.faults += 1;
  for (const { id, body, message, sentAt } of queue.live.values()) {
    const received = { messageId: String(id), body, receiveCount: 5, sentAt };
    const letter = deadLetterOf(received, { reason: 'failed', detail: '' }, sentAt);
    database.deadLetters.set(letter.id, letter);
    invariants.deadLetterChanged(letter);
    queue.live.delete(id);
    if (message !== null) invariants.acknowledged(message);
  }
}

const nothing = async () => {};

export const operations: readonly Operation[] = [
  {
    name: 'accept',
    before: async (world) => ({ subscription: addSubscription(world), ids: [] }),
    during: (world, { subscription }) => publishOne(world, subscription),
    endsAs: ['delivered'],
  },
  {
    name: 'accept for an inactive subscription',
    before: async (world) => ({
      subscription: addSubscription(world, { status: 'inactive' }),
      ids: [],
    }),
    during: (world, { subscription }) => publishOne(world, subscription),
    endsAs: ['parked'],
  },
  {
    name: 'attempt that succeeds',
    before: (world) => accepted(world),
    during: nothing,
    endsAs: ['delivered'],
  },
  {
    name: 'attempt that fails, and its retry',
    before: (world) =>
      accepted(world, {
        phases: [
          { from: startOfTime, mode: failing },
          { from: startOfTime + 1_000, mode: { kind: 'ok' } },
        ],
      }),
    during: nothing,
    endsAs: ['delivered'],
  },
  {
    name: 'attempt that is retried by the scheduler',
    before: (world) =>
      accepted(world, {
        schedule: [1_200, 1_200, 1_200],
        phases: [
          { from: startOfTime, mode: failing },
          { from: startOfTime + 1_000, mode: { kind: 'ok' } },
        ],
      }),
    during: nothing,
    endsAs: ['delivered'],
  },
  {
    name: 'last attempt',
    before: (world) =>
      accepted(world, { schedule: [], phases: [{ from: startOfTime, mode: failing }] }),
    during: nothing,
    endsAs: ['failed'],
  },
  {
    name: 'last attempt, announced',
    isHeard: true,
    before: (world) => {
      addSubscription(world, { operationalEvents: true });
      return accepted(world, { schedule: [], phases: [{ from: startOfTime, mode: failing }] });
    },
    during: nothing,
    endsAs: ['failed'],
  },
  {
    name: 'attempt that disables, announced',
    before: (world) => {
      const eventTypes = ['webhook.subscription.*'];
      addSubscription(world, { operationalEvents: true, eventTypes });
      return accepted(world, {
        phases: [{ from: startOfTime, mode: { kind: 'status', status: 410 } }],
      });
    },
    during: nothing,
    // It comes again, where its record is lost, after it has made the subscription inactive.
    endsAs: ['failed', 'parked'],
  },
  {
    name: 'attempt that fails just before a pause',
    before: (world) =>
      accepted(world, {
        schedule: [1, 1_200, 1_200, 1_200],
        phases: [{ from: startOfTime, mode: failing }],
      }),
    during: async (world, { subscription }) => {
      await world.sleep(400);
      await pause(world, subscription);
    },
    endsAs: ['parked'],
  },
  {
    name: 'park',
    before: async (world) => {
      const prepared = await accepted(world);
      setStatus(world, prepared.subscription, 'inactive');
      return prepared;
    },
    during: nothing,
    endsAs: ['parked'],
  },
  {
    name: 'drain',
    before: (world) => old(world, { status: 'inactive' }),
    during: (world, { subscription }) => resume(world, subscription),
    endsAs: ['delivered'],
  },
  {
    name: 'drain of several pages',
    before: (world) => acceptedMany(world, 4, { status: 'inactive' }),
    during: (world, { subscription }) => resume(world, subscription),
    endsAs: ['delivered'],
  },
  {
    name: 'circuit that opens, and a probe that closes it',
    before: (world) => acceptedAfterFailures(world, 1.5 * minute),
    during: nothing,
    endsAs: ['delivered'],
  },
  {
    name: 'probe that fails, and the next one',
    before: async (world) => {
      const prepared = await acceptedAfterFailures(world, 3 * minute);
      await world.sleep(0.9 * minute);
      return prepared;
    },
    during: nothing,
    endsAs: ['delivered'],
  },
  {
    name: 'failure after five days of nothing else',
    before: (world) =>
      accepted(world, {
        phases: [{ from: startOfTime, mode: failing }],
        failingSince: startOfTime - 5.1 * day,
      }),
    during: nothing,
    endsAs: ['parked'],
  },
  {
    name: 'attempts under a rate limit',
    before: (world) => acceptedMany(world, 3, { rateLimit: { perSecond: 0.25, burst: 1 } }),
    during: nothing,
    endsAs: ['delivered'],
  },
  {
    name: 'replay',
    before: (world) => old(world),
    during: (world, { ids: [id] }) => retry(world, 'red', id!),
    endsAs: ['delivered'],
  },
  {
    name: 'replay job',
    before: (world) => failedMany(world, 2),
    during: replayFailed,
    endsAs: ['delivered'],
  },
  {
    name: 'resume of a replay job',
    before: async (world) => {
      const prepared = await failedMany(world, 1);
      await replayFailed(world, prepared);
      await changeJob(world, 'pause');
      return prepared;
    },
    during: (world) => changeJob(world, 'resume'),
    endsAs: ['delivered'],
  },
  {
    name: 'redriving of dead letters',
    before: async (world) => {
      const prepared = await acceptedMany(world, 2, {});
      buryAll(world);
      return prepared;
    },
    during: redriveAll,
    endsAs: ['delivered'],
  },
  {
    name: 'poison beside an attempt',
    before: async (world) => {
      for (const body of ['{', '{"version":2,"kind":"attempt"}']) {
        putText(world, { body, message: null }, 0);
      }
      return accepted(world);
    },
    during: nothing,
    endsAs: ['delivered'],
  },
  {
    name: 'cancel',
    before: (world) =>
      old(world, { schedule: [1_200], phases: [{ from: startOfTime, mode: failing }] }),
    during: (world, { ids: [id] }) => cancel(world, 'red', id!),
    endsAs: ['cancelled'],
  },
  {
    name: 'delete',
    before: (world) => old(world, { status: 'inactive' }),
    during: (world, { subscription }) => remove(world, subscription),
    endsAs: ['cancelled'],
  },
];
