// A queue that forgets: all of it, one message, or all that waits in the scheduler.
import type { Kernel } from './kernel.ts';
import type { Random } from './random.ts';
import type { Envelope, QueueAccess } from './queue.ts';
import { described } from './queue.ts';

export type Loss = 'everything' | 'a message' | 'the schedules';

export const losses: readonly Loss[] = ['everything', 'everything', 'a message', 'the schedules'];

export function lose(access: QueueAccess, loss: Loss, random: Random): void {
  const { kernel, queue } = access;
  // What was received too often lies on another queue.
  const there = [...queue.live.values()].filter(
    // Of poison nothing is owed.
    (envelope) => envelope.message !== null && !queue.deadLetters.has(envelope),
  );
  const forgotten = chosen(kernel, there, { loss, random });
  kernel.note(() => `the queue forgets ${loss}`);
  for (const envelope of forgotten) forget(access, envelope);
  if (loss !== 'a message') queue.schedules.clear();
}

function chosen(
  { timeline }: Kernel,
  there: readonly Envelope[],
  { loss, random }: { loss: Loss; random: Random },
): readonly Envelope[] {
  if (loss === 'everything' || there.length === 0) return there;
  if (loss === 'a message') return [random.pick(there)];
  return there.filter(({ firesAt }) => firesAt > timeline.now());
}

function forget({ kernel, queue, watch }: QueueAccess, { id, message }: Envelope): void {
  queue.live.delete(id);
  queue.visible = queue.visible.filter((other) => other.id !== id);
  if (message === null) return;
  kernel.note(() => `  ${described(message)}`);
  kernel.faults += 1;
  watch.lost(message);
}
