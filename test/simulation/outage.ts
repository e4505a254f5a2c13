// A long outage: steady traffic, an endpoint that is down for days and then up, no faults beside. What came of it.
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import { create, publish } from './client.ts';
import { startOfTime } from './timeline.ts';
import { createWorld } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;

export type OutageReport = {
  accepted: number;
  delivered: number;
  posts: number;
  probes: number;
  /** Requests in one minute. */
  steadyPerMinute: number;
  peakPerMinuteAfter: number;
  /** From the end of the outage to the last delivery that it held up. */
  drainedMs: number;
  /** From acceptance to delivery, of what the outage held up. */
  latenessMs: { median: number; most: number };
  /** What the subscription shows in the end. */
  history: readonly string[];
  status: string;
};

export type Outage = {
  everyMs: number;
  beforeMs: number;
  downMs: number;
  /** Traffic goes on for this long afterwards. */
  afterMs: number;
  /** What an operator does once the endpoint is back. */
  repair?: (world: ReturnType<typeof createWorld>, id: string) => Promise<unknown>;
};

export async function liveThrough(outage: Outage): Promise<OutageReport> {
  const posts: number[] = [];
  const deliveredAt = new Map<DeliveryId, number>();
  const world = createWorld({ seed: 1, stepsMax: 20_000_000 });
  const now = () => world.kernel.timeline.now();
  const target_url = 'https://receiver.example/';
  const downAt = startOfTime + outage.beforeMs;
  const upAt = downAt + outage.downMs;
  world.endpoints.set(target_url, [
    { from: startOfTime, mode: { kind: 'ok' } },
    { from: downAt, mode: { kind: 'down' } },
    { from: upAt, mode: { kind: 'ok' } },
  ]);
  world.onPost = ({ deliveryId }) => {
    posts.push(now());
    if (now() < downAt || now() >= upAt) deliveredAt.set(deliveryId, now());
  };
  const accepted: { id: DeliveryId; at: number }[] = [];
  let subscriptionId = '';
  world.spawn(
    (async () => {
      const subscription = await create(world, 'red', { target_url });
      subscriptionId = subscription.id;
      while (now() < upAt + outage.afterMs) {
        const at = now();
        const id = await publish(world, subscription, { body: '{"a":1}' });
        if (id !== null) accepted.push({ id, at });
        await world.sleep(at + outage.everyMs - now());
      }
    })(),
  );
  await world.run(outage.beforeMs + outage.downMs + 5 * minute);
  if (outage.repair !== undefined) world.spawn(outage.repair(world, subscriptionId).then(() => {}));
  await world.finish();
  await world.settle();
  const subscription = [...world.database.subscriptions.values()][0]!;
  const held = accepted.filter(({ at }) => at >= downAt && at < upAt);
  const lateness = held.map(({ id, at }) => (deliveredAt.get(id) ?? Infinity) - at);
  lateness.sort((left, right) => left - right);
  return {
    accepted: accepted.length,
    delivered: [...world.database.rows.values()].filter(
      ({ delivery }) => delivery.status === 'delivered',
    ).length,
    posts: posts.length,
    probes: [...world.invariants.probes.values()].reduce((sum, count) => sum + count, 0),
    steadyPerMinute: minute / outage.everyMs,
    peakPerMinuteAfter: peak(posts.filter((at) => at >= upAt)),
    drainedMs: Math.max(...held.map(({ id }) => deliveredAt.get(id) ?? Infinity)) - upAt,
    latenessMs: { median: lateness[lateness.length >> 1]!, most: lateness.at(-1)! },
    history: subscription.health.history.map(({ kind }) => kind),
    status: subscription.status,
  };
}

/** The most requests in any minute. */
function peak(times: readonly number[]): number {
  let most = 0;
  let from = 0;
  for (const [index, at] of times.entries()) {
    while (at - times[from]! >= minute) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

export const hours = (ms: number) => Number((ms / hour).toFixed(1));
