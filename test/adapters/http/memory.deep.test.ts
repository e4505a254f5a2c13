// A hundred attempts at once against a server that sends without end must cost next to no memory.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aRequest, aSender } from './setup.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const attempts = 100;
const roundsMax = 8;
const peakBytesMax = 5 * 1_024 * 1_024;
const keptBytesMax = 1_024 * 1_024;

test.each(['endless', 'announced', 'chunked', 'headers', 'stalled', 'gzip-bomb', 'brotli-bomb'])(
  'a hundred %s responses at once take less than 5 MB, and keep less than 1 MB',
  async (path) => {
    const port = await floodingServer();
    const sender = aSender();
    const request = aRequest(`http://127.0.0.1:${port}/${path}`, { timeoutMs: 400 });
    const burst = async (): Promise<void> => {
      await Promise.all(Array.from({ length: attempts }, () => sender.send(request)));
    };
    // The first bursts load code and let the allocator take what it will use again.
    await burst();
    await burst();

    const before = await settledMemory();
    // The least of some rounds: when pages are taken and given back is the allocator's affair.
    let peak = Number.POSITIVE_INFINITY;
    for (let round = 0; round < roundsMax && peak >= peakBytesMax; round += 1) {
      peak = Math.min(peak, await peakGrowthOver(burst));
    }
    expect(peak).toBeLessThan(peakBytesMax);
    await vi.waitFor(async () => {
      const after = await settledMemory();
      expect(after.used - before.used).toBeLessThan(keptBytesMax);
    }, 5_000);
  },
);

async function peakGrowthOver(work: () => Promise<void>): Promise<number> {
  const before = await settledMemory();
  let peak = before.rss;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
  await work();
  clearInterval(timer);
  return peak - before.rss;
}

// Buffers are given back by finalizers, which need a turn of the event loop after the collection.
async function settledMemory(): Promise<{ used: number; rss: number }> {
  for (let times = 0; times < 3; times += 1) {
    collectGarbage();
    await nextTurn();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { used: heapUsed + external, rss };
}

async function floodingServer(): Promise<number> {
  const child = fork(join(import.meta.dirname, 'flooding-server.ts'));
  onTestFinished(() => void child.kill());
  const [port] = (await once(child, 'message')) as [number];
  return port;
}
