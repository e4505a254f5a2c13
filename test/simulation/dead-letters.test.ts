// Letters of messages whose work was done: sending them again must cost nothing.
import { describe, expect, it } from 'vitest';
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { deadLetterOf } from '../../lambdas/core/dead-letters/dead-letter.ts';
import { create, publish, redriveAll } from './client.ts';
import { putText } from './queue.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';
import { poison } from './dead-letter-invariants.ts';
import { startOfTime } from './timeline.ts';

const target_url = 'https://receiver.example/';
const seeds = Array.from({ length: 30 }, (_, seed) => seed + 1);

/** Every request fails for a minute; every message that was ever sent is noted. */
async function deliverSome(seed: number): Promise<{ world: World; messages: QueueMessage[] }> {
  const messages: QueueMessage[] = [];
  const world = createWorld({
    seed,
    sabotage: {
      context: (context) => ({
        ...context,
        queue: {
          send(batch) {
            messages.push(...batch);
            return context.queue.send(batch);
          },
        },
      }),
    },
  });
  world.endpoints.set(target_url, [
    { from: startOfTime, mode: { kind: 'status', status: 500 } },
    { from: startOfTime + 60_000, mode: { kind: 'ok' } },
  ]);
  world.spawn(
    (async () => {
      const target = await create(world, 'red', { target_url, retry_schedule: [20, 40, 40] });
      for (let count = 0; count < 5; count += 1) {
        await publish(world, target, { body: `{"number":${count}}`, key: `event ${count}` });
      }
      for (const body of poison.keys()) putText(world, { body, message: null }, 0);
    })(),
  );
  await world.finish();
  return { world, messages: [...messages] };
}

const sum = (counts: Iterable<number>) => [...counts].reduce((all, count) => all + count, 0);

describe('a dead letter', () => {
  it.each(seeds)('of a delivered delivery costs no second request: seed %d', async (seed) => {
    const { world, messages } = await deliverSome(seed);
    const { database, invariants } = world;
    const posts = sum(invariants.posts.values());
    expect(posts).toBeGreaterThan(database.rows.size);
    // As if somebody had failed: letters of what is well must have a cause.
    world.kernel.faults += 1;
    for (const [index, message] of messages.entries()) {
      const text = { messageId: `copy ${index}`, body: JSON.stringify(message), receiveCount: 5 };
      const received = { ...text, sentAt: message.sentAt };
      const letter = deadLetterOf(received, { reason: 'failed', detail: '' }, message.sentAt);
      database.deadLetters.set(letter.id, letter);
      database.watch.deadLetterChanged(letter);
    }

    world.spawn(redriveAll(world));
    await world.settle();

    const statuses = [...database.rows.values()].map(({ delivery }) => delivery.status);
    expect(new Set(statuses)).toEqual(new Set(['delivered']));
    expect(sum(invariants.posts.values())).toBe(posts);
    const again = [...database.deadLetters.values()].filter(
      ({ redrivenAt }) => redrivenAt !== null,
    );
    expect(again).toHaveLength(messages.length);
  });

  it('of poison is buried after one receive, unless a newer version may read it', async () => {
    const { world } = await deliverSome(1);
    const letters = [...world.database.deadLetters.values()];
    const receives = letters.map(({ reason, receiveCount }) => [reason, receiveCount] as const);
    expect(letters).toHaveLength(poison.size);
    for (const [reason, count] of receives) {
      expect(count, reason).toBe(reason === 'unreadable' ? 1 : limits.queueReceivesMax);
    }
  });
});
