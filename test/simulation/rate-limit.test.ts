import { describe, expect, it } from 'vitest';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import { create, publish } from './client.ts';
import { startOfTime } from './timeline.ts';
import { createWorld } from './world.ts';

const second = 1_000;
/** A message may be late by 5 s, and another 6 s are those of its batch: see `queue.ts` and `kernel.ts`. */
const queueLateMs = 11 * second;

type Sent = { dueAt: number; at: number };

/** Events that all come within ten seconds, to an endpoint that fails now and then. */
async function burst(events: number, limit: { per_second: number; burst: number }) {
  const world = createWorld({ seed: 7, stepsMax: 1_000_000 });
  const now = () => world.kernel.timeline.now();
  const target_url = 'https://receiver.example/';
  const failsAt = startOfTime + 20 * second;
  world.endpoints.set(target_url, [
    { from: startOfTime, mode: { kind: 'ok' } },
    { from: failsAt, mode: { kind: 'status', status: 500 } },
    { from: failsAt + 10 * second, mode: { kind: 'ok' } },
  ]);
  const dueAt = new Map<DeliveryId, number>();
  const sent: Sent[] = [];
  world.onPost = ({ deliveryId }) => {
    // A retry is due when the row said so.
    const { delivery } = world.database.rows.get(deliveryId)!;
    const due = delivery.status === 'retrying' ? delivery.nextAttemptAt! : dueAt.get(deliveryId)!;
    sent.push({ dueAt: due, at: now() });
  };
  world.spawn(
    (async () => {
      const retry_schedule = [5, 5, 5];
      const subscription = await create(world, 'red', {
        target_url,
        rate_limit: limit,
        retry_schedule,
      });
      for (let event = 0; event < events; event += 1) {
        const id = await publish(world, subscription, { body: '{"a":1}' });
        if (id !== null) dueAt.set(id, now());
        await world.sleep((10 * second) / events);
      }
    })(),
  );
  await world.finish();
  await world.settle();
  const statuses = [...world.database.rows.values()].map(({ delivery }) => delivery.status);
  return { sent, statuses };
}

describe('a rate limit', () => {
  const limit = { per_second: 2, burst: 5 };

  it('starves nothing: the oldest is as late as all before it take, and no later', async () => {
    const { sent, statuses } = await burst(200, limit);
    expect(new Set(statuses)).toEqual(new Set(['delivered']));
    const lateness = sent.map(({ dueAt, at }) => at - dueAt);
    const most = Math.max(...lateness);
    const bound = ((sent.length - limit.burst) / limit.per_second) * second + queueLateMs;
    console.log(
      `${sent.length} requests at ${limit.per_second}/s: the latest ${most / second} s late, of ${bound / second} s allowed`,
    );
    expect(most).toBeLessThanOrEqual(bound);
  });

  it('lets no more requests through than it says, but for what the queue holds up', async () => {
    const { sent } = await burst(200, limit);
    const times = sent.map(({ at }) => at);
    for (const windowMs of [10 * second, 60 * second]) {
      const allowed = limit.burst + (limit.per_second * (windowMs + queueLateMs)) / second;
      for (const from of times) {
        const within = times.filter((at) => at >= from && at < from + windowMs).length;
        expect(within).toBeLessThanOrEqual(allowed);
      }
    }
  });
});
