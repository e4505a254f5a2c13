// A random life of a deployment: subscriptions, endpoints that come and go, producers and operators, and faults.
import type { SubscriptionFields } from '../../lambdas/contract/http/resources.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import { replayFilters } from '../support/factories.ts';
import {
  cancel,
  changeReplay,
  create,
  pause,
  publish,
  remove,
  replayMany,
  resume,
  retry,
  rotate,
  secretFrom,
} from './client.ts';
import { disturbClocks } from './clocks.ts';
import type { Mode, Phase } from './endpoints.ts';
import { poison } from './dead-letter-invariants.ts';
import { checkHourly } from './checking.ts';
import { losses } from './queue-loss.ts';
import { randomFaults } from './faults.ts';
import { putText } from './queue.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { startOfTime } from './timeline.ts';
import { createWorld } from './world.ts';
import type { Sabotage, World } from './world.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

const schedules: readonly SubscriptionFields['retry_schedule'][] = [
  [1, 1, 2],
  [1, 5, 30],
  [5, 300, 1_800],
  [],
  'fast',
  null,
];

const modes: readonly Mode[] = [
  { kind: 'ok' },
  { kind: 'ok' },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 302 },
  { kind: 'status', status: 410 },
  { kind: 'patience', seconds: 7 },
  { kind: 'patience', seconds: 2_000 },
  { kind: 'patience', seconds: 1_000_000 },
  { kind: 'hang' },
  { kind: 'down' },
];

const rateLimits: readonly SubscriptionFields['rate_limit'][] = [
  null,
  null,
  { per_second: 1, burst: 1 },
  { per_second: 0.1, burst: 3 },
];

const lastModes: readonly Mode[] = modes.filter(({ kind }) => kind !== 'patience');

export type RunResult = { calls: number; faults: number; posts: number };

/** One seed's life, from the first request until nothing is left to do. Rejects with the first violation. */
export async function simulate(options: {
  seed: number;
  /** Sets clocks and stops processes, too. */
  clocks?: boolean;
  sabotage?: Sabotage;
  trace?: (line: string) => void;
}): Promise<RunResult> {
  const world = createWorld({
    ...options,
    isHeard: createRandom(~options.seed).chance(0.2),
    plan: (random) => randomFaults(random, random.pick([0, 0.005, 0.02, 0.06])),
  });
  world.spawn(live(world));
  loseNowAndThen(world, createRandom(options.seed ^ 0x5ca1ab1e));
  if (options.clocks === true) world.spawn(disturbClocks(world));
  await world.run(lifeMs);
  // By then all clocks are right, and nothing is dated later than now.
  if (options.clocks === true) await world.complete(world.sleep(3 * hour));
  await world.settle();
  const posts = [...world.invariants.posts.values()].reduce((sum, count) => sum + count, 0);
  return { calls: world.kernel.calls.length, faults: world.kernel.faults, posts };
}

const lifeMs = 6 * hour;

/** In some lives the queue forgets, at any moment; in others it does not, and the checks are for nothing. */
function loseNowAndThen(world: World, random: Random): void {
  if (random.chance(0.6)) return;
  const minuteMs = random.between(0, hour);
  world.spawn(checkHourly(world, { minuteMs, until: startOfTime + lifeMs }));
  if (random.chance(0.3)) return;
  for (let count = 1 + random.below(3); count > 0; count -= 1) {
    // Most happens early.
    const at = startOfTime + random.between(0, random.pick([minute, 0.5 * hour, lifeMs]));
    world.kernel.timeline.after(at - startOfTime, () => {
      world.lose(random.pick(losses), random);
    });
  }
}

async function live(world: World): Promise<void> {
  const { random } = world;
  if (random.chance(0.3)) await watch(world);
  const subscriptions: Subscription[] = [];
  const count = 1 + random.below(3);
  for (let index = 0; index < count; index += 1) {
    const subscription = await create(world, random.pick(tenants), {
      target_url: `https://receiver-${index}.example/`,
      secret: random.chance(0.8) ? secretFrom(world) : null,
      retry_schedule: random.pick(schedules),
      timeout_ms: random.pick([1, 10, 30]) * second,
      rate_limit: random.pick(rateLimits),
    });
    world.endpoints.set(subscription.targetUrl, phasesFrom(random));
    subscriptions.push(subscription);
  }
  const accepted: Accepted[] = [];
  if (random.chance(0.1)) world.spawn(want(world));
  if (random.chance(0.25)) world.spawn(storm(world, random.pick(subscriptions), accepted));
  const bursts = 1 + random.below(3);
  for (let burst = 0; burst < bursts; burst += 1) {
    await world.sleep(random.pick([second, 40 * second, 20 * minute, 1.5 * hour]));
    const actions = 3 + random.below(8);
    for (let action = 0; action < actions; action += 1) {
      world.spawn(act(world, random.pick(subscriptions), accepted));
    }
  }
}

const tenants = ['red', 'blue'];

/** Each tenant has an operator's subscription, whose endpoint is no better than the others. */
async function watch(world: World): Promise<void> {
  for (const tenant of tenants) {
    const { targetUrl } = await create(world, tenant, {
      target_url: `https://operator-of-${tenant}.example/`,
      secret: secretFrom(world),
      retry_schedule: world.random.pick(schedules),
      operational_events: true,
      event_types: world.random.pick([null, ['webhook.*'], ['webhook.delivery.failed']]),
    });
    world.endpoints.set(targetUrl, phasesFrom(world.random));
  }
}

/** Enough traffic over a minute and more to open a circuit, if the endpoint fails. */
async function storm(
  world: World,
  subscription: Subscription,
  accepted: Accepted[],
): Promise<void> {
  const events = 20 + world.random.below(20);
  for (let event = 0; event < events; event += 1) {
    world.spawn(publishOne(world, subscription, accepted));
    await world.sleep(world.random.between(0, 10 * second));
  }
}

/** For a while nothing can be sent: the service has used up its file descriptors, say. */
async function want(world: World): Promise<void> {
  const { random, kernel, wanting } = world;
  await world.sleep(random.between(0, 2 * hour));
  wanting.until = kernel.timeline.now() + random.between(0, random.pick([minute, 3 * hour]));
  kernel.note(() => `nothing can be sent until ${wanting.until - startOfTime}`);
}

type Accepted = { tenant: string; id: DeliveryId };

/** One thing that somebody does within the next two minutes. */
async function act(world: World, subscription: Subscription, accepted: Accepted[]): Promise<void> {
  const { random } = world;
  await world.sleep(random.between(0, random.pick([second, 20 * second, 120 * second])));
  const choice = random.unit();
  if (choice < 0.55) await publishOne(world, subscription, accepted);
  else if (choice < 0.8) await changeOne(world, subscription);
  else if (choice < 0.92) await askOne(world, accepted);
  else if (choice < 0.98) await replayOne(world, subscription);
  else putText(world, { body: random.pick([...poison.keys()]), message: null }, 0);
}

async function publishOne(
  world: World,
  subscription: Subscription,
  accepted: Accepted[],
): Promise<void> {
  const { random } = world;
  const body = JSON.stringify({ number: random.below(3) });
  const key = random.chance(0.5) ? `key ${random.below(4)}` : undefined;
  const id = await publish(world, subscription, { body, ...(key !== undefined && { key }) });
  if (id !== null) accepted.push({ tenant: subscription.tenant, id });
}

async function changeOne(world: World, subscription: Subscription): Promise<void> {
  const choice = world.random.unit();
  if (choice < 0.1) await remove(world, subscription);
  else if (choice < 0.2) await rotate(world, subscription);
  else {
    await pause(world, subscription);
    await world.sleep(world.random.between(0, 60 * second));
    if (world.random.chance(0.8)) await resume(world, subscription);
  }
}

/** Replays what failed, with luck, and may think better of it. */
async function replayOne(world: World, { tenant, id }: Subscription): Promise<void> {
  const { random } = world;
  const filters = replayFilters({
    subscriptionId: random.chance(0.7) ? id : null,
    statuses: random.pick([['failed'], ['failed', 'cancelled'], ['delivered', 'failed']]),
    errorCode: random.pick([null, null, 'http_error']),
  });
  const perSecond = random.pick([1, 10, 100]);
  const job = await replayMany(world, tenant, { filters, perSecond });
  for (let changes = random.below(5); job !== null && changes > 0; changes -= 1) {
    await world.sleep(random.between(0, random.pick([second, 5 * second, minute])));
    const verb = random.pick(['pause', 'resume', 'resume', 'cancel'] as const);
    await changeReplay(world, { tenant, id: job }, verb);
  }
}

async function askOne(world: World, accepted: readonly Accepted[]): Promise<void> {
  if (accepted.length === 0) return;
  const { tenant, id } = world.random.pick(accepted);
  await (world.random.chance(0.6) ? retry(world, tenant, id) : cancel(world, tenant, id));
}

function phasesFrom(random: Random): Phase[] {
  const phases: Phase[] = [];
  let from = startOfTime;
  const count = 1 + random.below(4);
  for (let index = 0; index < count; index += 1) {
    phases.push({ from, mode: random.pick(modes) });
    from += random.between(0, random.pick([10 * second, 2 * minute, 3 * hour]));
  }
  // Nobody asks for patience for ever: one attempt a day would go on for months.
  phases.push({ from: from + hour, mode: random.pick(lastModes) });
  return phases;
}
