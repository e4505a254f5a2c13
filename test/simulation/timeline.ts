// Virtual time: one priority queue of what happens next, ordered by time and, within one millisecond, by a seeded
// tie-break. Nothing here waits: the clock jumps to the next event.
import type { Random } from './random.ts';

type Entry = { at: number; tie: number; run: () => void };

export type Timeline = {
  now(): number;
  after(delayMs: number, run: () => void): void;
  /** Runs until nothing is left, or `until` is reached, or too many steps were taken. */
  run(options: { until: number; stepsMax: number; afterStep: () => void }): Promise<RunEnd>;
};

export type RunEnd = 'empty' | 'until' | 'steps';

export const startOfTime = Date.UTC(2026, 0, 1);

export function createTimeline(random: Random): Timeline {
  const heap: Entry[] = [];
  let now = startOfTime;

  return {
    now: () => now,
    after(delayMs, run) {
      push(heap, { at: now + Math.max(0, Math.round(delayMs)), tie: random.unit(), run });
    },
    async run({ until, stepsMax, afterStep }) {
      for (let steps = 0; steps < stepsMax; steps += 1) {
        const next = heap[0];
        if (next === undefined) return 'empty';
        if (next.at > until) {
          now = until;
          return 'until';
        }
        pop(heap);
        now = next.at;
        next.run();
        await continuations();
        afterStep();
      }
      return 'steps';
    },
  };
}

/** Resolves when every promise that can go on has gone on: ticks run after the microtask queue is empty. */
function continuations(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

function isBefore(left: Entry, right: Entry): boolean {
  return left.at < right.at || (left.at === right.at && left.tie < right.tie);
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above]!;
    if (!isBefore(entry, parent)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const child = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left;
    if (!isBefore(heap[child]!, last)) break;
    heap[index] = heap[child]!;
    index = child;
  }
  heap[index] = last;
}
