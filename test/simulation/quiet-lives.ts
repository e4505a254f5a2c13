// Weeks in the life of endpoints that get little: an event now and then, between them a day to three weeks of silence. They
// have bad hours and bad weeks, and ask for pauses, some of them for ever.
import { propagationMs } from '../../lambdas/contract/limits/propagation.ts';
import type { SubscriptionFields } from '../../lambdas/contract/http/resources.ts';
import { isFinal } from '../../lambdas/core/deliveries/delivery.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import { create, publish, resume, secretFrom } from './client.ts';
import type { Mode, Phase } from './endpoints.ts';
import { must } from './facts.ts';
import { randomFaults } from './faults.ts';
import type { Random } from './random.ts';
import { shown } from './store.ts';
import { startOfTime } from './timeline.ts';
import type { RunResult } from './scenario.ts';
import { createWorld } from './world.ts';
import type { Sabotage, World } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const lifeMs = 60 * day;

const schedules: readonly SubscriptionFields['retry_schedule'][] = [
  [1],
  [60, 3_600],
  [3_600, 86_400, 172_800],
  [604_800],
  null,
  null,
];

const good: Mode = { kind: 'ok' };
const bad: readonly Mode[] = [
  { kind: 'status', status: 503 },
  { kind: 'down' },
  { kind: 'hang' },
  { kind: 'patience', seconds: 86_400 },
  { kind: 'patience', seconds: 10_000_000 },
];

/** Asked for again and again these make many requests, so they do not last. */
const shortPauses: readonly Mode[] = [
  { kind: 'patience', seconds: 1 },
  { kind: 'patience', seconds: 600 },
];

/** One seed's life. Rejects with the first violation. */
export async function simulateQuiet(options: {
  seed: number;
  sabotage?: Sabotage;
  trace?: (line: string) => void;
}): Promise<RunResult> {
  const world = createWorld({
    ...options,
    stepsMax: 200_000,
    plan: (random) => randomFaults(random, random.pick([0, 0, 0, 0.01])),
  });
  world.spawn(live(world));
  await world.run(lifeMs);
  await world.settle();
  const posts = [...world.invariants.posts.values()].reduce((sum, count) => sum + count, 0);
  return { calls: world.kernel.calls.length, faults: world.kernel.faults, posts };
}

async function live(world: World): Promise<void> {
  const { random } = world;
  const count = 1 + random.below(2);
  for (let index = 0; index < count; index += 1) {
    const subscription = await create(world, 'quiet', {
      target_url: `https://quiet-${index}.example/`,
      secret: secretFrom(world),
      retry_schedule: random.pick(schedules),
    });
    world.endpoints.set(subscription.targetUrl, phasesFrom(random));
    world.spawn(trickle(world, subscription));
  }
}

/** Events one by one or a few at once, and silence in between. */
async function trickle(world: World, subscription: Subscription): Promise<void> {
  const { random } = world;
  const rounds = 2 + random.below(8);
  for (let round = 0; round < rounds; round += 1) {
    const events = random.pick([1, 1, 1, 3]);
    for (let event = 0; event < events; event += 1) {
      await publish(world, subscription, { body: JSON.stringify({ number: event }) });
      await world.sleep(random.between(0, minute));
    }
    if (random.chance(0.3)) await lift(world, subscription);
    await world.sleep(random.between(0, random.pick([hour, day, 3 * day, 21 * day])));
  }
}

/** A person ends whatever pause the endpoint asked for: soon nothing waits for its end any more. */
async function lift(world: World, subscription: Subscription): Promise<void> {
  const { database, kernel } = world;
  const heldUntil = () => database.subscriptions.get(subscription.id)?.heldUntil ?? null;
  // It is there until somebody lifts it. Without one, what still waits does so by its schedule.
  const wasHeld = heldUntil() !== null;
  const answer = await resume(world, subscription);
  const liftedAt = kernel.timeline.now();
  await world.sleep(2 * propagationMs);
  const isLifted = wasHeld && heldUntil() === null;
  if (!isLifted || answer.kind !== 'done' || kernel.faults > 0) return;
  checkNotHeldBack(world, subscription, liftedAt);
}

function checkNotHeldBack({ database }: World, { id: of }: Subscription, liftedAt: number): void {
  for (const id of database.idsOf.get(of) ?? []) {
    const delivery = database.rows.get(id)?.delivery;
    if (delivery === undefined || isFinal(delivery.status)) continue;
    const isForgotten = delivery.pausesSince !== null && delivery.updatedAt < liftedAt;
    must(!isForgotten, 'I18 a lifted pause holds nothing back', () => shown(delivery));
  }
}

function phasesFrom(random: Random): Phase[] {
  const phases: Phase[] = [];
  let from = startOfTime;
  while (from < startOfTime + lifeMs) {
    if (random.chance(0.1)) {
      phases.push({ from, mode: random.pick(shortPauses) });
      from += random.between(minute, 6 * hour);
    }
    phases.push({ from, mode: random.chance(0.5) ? good : random.pick(bad) });
    from += random.between(minute, random.pick([2 * hour, 2 * day, 10 * day, lifeMs]));
  }
  return phases;
}
