import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import {
  policyHeaders,
  rateLimitHeaders,
} from '../../../lambdas/core/access/rate-limit-headers.ts';
import {
  blockLimit,
  blockOf,
  freeOf,
  spend,
  withBlock,
} from '../../../lambdas/core/access/quota.ts';
import type { Meter, Quota } from '../../../lambdas/core/access/quota.ts';
import { reserveSlot } from '../../../lambdas/core/endpoints/rate-limit.ts';

type Wish = { afterMs: number; bytes: number; process: number };

/** Processes that share one quota, and a store that gives blocks to all of them. */
function accepted(quota: Quota, processes: number, wishes: readonly Wish[]) {
  const meters = new Map<number, Meter>();
  const sum = { events: 0, bytes: 0, blocks: 0 };
  let busyUntil: number | undefined;
  let now = 1_000_000;
  for (const wish of wishes) {
    now += wish.afterMs;
    const process = wish.process % processes;
    for (let tries = 0; tries < 3; tries += 1) {
      const spending = spend(meters.get(process), wish.bytes, { now, quota });
      if (spending.kind === 'refused') {
        expect(spending.retryAfterMs).toBeGreaterThan(0);
        break;
      }
      meters.set(process, spending.meter);
      if (spending.kind === 'spent') {
        sum.events += 1;
        sum.bytes += wish.bytes;
        break;
      }
      const reserved = reserveSlot(blockLimit(quota), busyUntil, now);
      busyUntil = reserved.busyUntil;
      sum.blocks += 1;
      const fetched = { from: reserved.slotAt, wanting: spending.wanting };
      meters.set(process, withBlock(spending.meter, fetched, quota));
    }
  }
  return { ...sum, lastsMs: now - 1_000_000 };
}

function steady(count: number, wish: Omit<Wish, 'process'>): Wish[] {
  return Array.from({ length: count }, (_, process) => ({ ...wish, process }));
}

const quotas = fc.record({
  events: fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.constant(Infinity)),
  bytes: fc.oneof(
    fc.integer({ min: limits.ingestBytesPerSecondMin, max: 20_000_000 }),
    fc.constant(Infinity),
  ),
});

const wishes = fc.array(
  fc.record({
    afterMs: fc.nat(400),
    bytes: fc.oneof(fc.nat(2_000), fc.nat(limits.bodyBytesMax)),
    process: fc.nat(9),
  }),
  { maxLength: 2_000 },
);

describe('a quota', () => {
  it('lets through its rates, a burst of ten seconds, and a little per process, whatever the demand', () => {
    fc.assert(
      fc.property(wishes, quotas, (all, quota) => {
        const processes = 10;
        const { lastsMs, ...sum } = accepted(quota, processes, all);
        const windows = Math.floor(lastsMs / limits.quotaWindowMs) + 2;
        for (const measure of ['events', 'bytes'] as const) {
          if (quota[measure] === Infinity) continue;
          const most =
            (quota[measure] * lastsMs) / 1_000 +
            blockOf(quota)[measure] * (blockLimit(quota).burst + 1) +
            processes * windows * freeOf(quota)[measure];
          expect(sum[measure]).toBeLessThanOrEqual(most);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has room for the largest event in every block', () => {
    fc.assert(
      fc.property(quotas, (quota) => {
        const block = blockOf(quota);
        expect(block.events).toBeGreaterThanOrEqual(1);
        // A fraction of a byte is what the arithmetic may lose.
        expect(Math.round(block.bytes)).toBeGreaterThanOrEqual(limits.bodyBytesMax);
      }),
    );
  });

  it('never refuses a steady producer that keeps to it', () => {
    const all = steady(5_000, { afterMs: 2, bytes: 8_000 });
    expect(accepted({ events: 1_000, bytes: 8_000_000 }, 4, all).events).toBe(5_000);
  });

  it.each([
    [{ events: 100, bytes: 10_000_000 }, 10, 'events'],
    [{ events: 10_000, bytes: 1_000_000 }, 10_000, 'bytes'],
  ] as const)('of %o is refused by the measure that ran out', (quota, bytes, measure) => {
    const all = steady(3_000, { afterMs: 1, bytes });
    const { [measure]: sum } = accepted(quota, 1, all);
    expect(sum).toBeGreaterThan(quota[measure] * 10);
    expect(sum).toBeLessThan(quota[measure] * 14);
    let meter: Meter = { free: { from: 0, events: 1e9, bytes: 1e12 }, block: null };
    meter = withBlock(meter, { from: 500, wanting: measure }, quota);
    expect(spend(meter, bytes, { now: 100, quota })).toEqual({
      kind: 'refused',
      retryAfterMs: 400,
      wanting: measure,
    });
  });

  it('asks for one block to get both events and bytes', () => {
    const all = steady(1_000, { afterMs: 2, bytes: 4_000 });
    // 2 s at the full rate of both: ten blocks, and none where a quiet start is free.
    expect(accepted({ events: 500, bytes: 2_000_000 }, 1, all).blocks).toBeLessThanOrEqual(11);
  });

  it('keeps no more than a block of what was left over', () => {
    const quota = { events: 100, bytes: 1_000_000 };
    let meter: Meter = { free: { from: 0, events: 1e9, bytes: 1e12 }, block: null };
    for (let count = 0; count < 5; count += 1) {
      meter = withBlock(meter, { from: 0, wanting: 'bytes' }, quota);
    }
    expect(meter.block?.events).toBe(2 * blockOf(quota).events);
  });

  it('asks the store nothing for a quiet producer', () => {
    const quota = { events: 500, bytes: 4_000_000 };
    let meter: Meter | undefined;
    for (let now = 0; now < 3_600_000; now += 1_000) {
      const spending = spend(meter, 2_000, { now, quota });
      expect(spending.kind).toBe('spent');
      if (spending.kind === 'spent') ({ meter } = spending);
    }
  });
});

describe('the headers of a quota', () => {
  it('name both measures, and when they reset', () => {
    expect(rateLimitHeaders({ events: 500, bytes: 4_096 }, 1_200)).toEqual({
      'retry-after': '2',
      'ratelimit-policy': '"events";q=500;w=1;qu="request", "bytes";q=4096;w=1;qu="content-bytes"',
      ratelimit: '"events";r=0;t=2, "bytes";r=0;t=2',
    });
  });

  it('leave out what is off', () => {
    const quota = { events: Infinity, bytes: 4_096 };
    expect(rateLimitHeaders(quota, 0)).toEqual({
      'retry-after': '1',
      'ratelimit-policy': '"bytes";q=4096;w=1;qu="content-bytes"',
      ratelimit: '"bytes";r=0;t=1',
    });
    expect(policyHeaders({ events: Infinity, bytes: Infinity })).toEqual({});
  });
});
