import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delivery, DeliveryStatus } from '../../../lambdas/core/deliveries/delivery.ts';
import { deliveryIdFrom, subscriptionIdFrom } from '../../../lambdas/core/ids.ts';
import {
  hourMs,
  hourOf,
  latencyBoundsMs,
  mergeDeltas,
  noStatuses,
  statsDelta,
} from '../../../lambdas/core/ledger/stats.ts';
import {
  accept,
  afterAttempt,
  cancel,
  park,
  replay,
} from '../../../lambdas/core/deliveries/transitions.ts';
import { aTurn } from '../../support/factories.ts';
import { aResponse } from '../../support/send-results.ts';

const at = 1_700_000_000_000;
const chance = new Uint8Array(10);
const id = deliveryIdFrom(subscriptionIdFrom(at, chance), at, chance);

function accepted(active = true): Delivery {
  return accept({
    at,
    tenant: 't',
    id,
    eventType: null,
    contentType: 'application/json',
    contentEncoding: null,
    hops: 0,
    heldBackBy: active ? null : 'subscription_inactive',
    turn: aTurn,
  });
}

function attempted(delivery: Delivery, statusCode: number, durationMs = 12) {
  return afterAttempt(delivery, {
    cycle: delivery.cycle,
    cycleAttempt: delivery.cycleAttempt + 1,
    targetUrl: 'https://example.com/',
    at: at + hourMs,
    result: aResponse({ statusCode, durationMs }),
    schedule: [10],
    retentionMs: 1_000,
    now: at + hourMs + durationMs,
    jitter: 0.5,
    isProbe: false,
    turn: aTurn,
  });
}

describe('statsDelta', () => {
  it('counts a delivery when it leaves its first pending, in the hour of its acceptance', () => {
    const after = attempted(accepted(), 200);
    expect(statsDelta(accepted(), after.delivery, after.attempt)).toMatchObject({
      hour: hourOf(at),
      byStatus: { ...noStatuses, delivered: 1 },
      attempts: 1,
    });
  });

  it('moves it between statuses after that', () => {
    const retrying = attempted(accepted(), 500).delivery;
    const after = attempted(retrying, 200);
    expect(statsDelta(retrying, after.delivery, after.attempt).byStatus).toEqual({
      ...noStatuses,
      retrying: -1,
      delivered: 1,
    });
  });

  it('counts one accepted as parked from the start', () => {
    expect(statsDelta(null, accepted(false), null).byStatus).toEqual({ ...noStatuses, parked: 1 });
  });

  it.each([
    [0, 0],
    [10, 0],
    [11, 1],
    [30_000, latencyBoundsMs.length - 1],
    [30_001, latencyBoundsMs.length],
  ])('puts an attempt of %i ms into bucket %i', (durationMs, bucket) => {
    const after = attempted(accepted(), 200, durationMs);
    const { latency } = statsDelta(accepted(), after.delivery, after.attempt);
    expect(latency.indexOf(1)).toBe(bucket);
    expect(latency.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('adds up along any path: one delivery in one status', () => {
    const step = fc.constantFrom('ok', 'bad', 'park', 'cancel', 'replay');
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
        let delivery = attempted(accepted(), 500).delivery;
        const deltas = [statsDelta(accepted(), delivery, null)];
        for (const one of steps) {
          const next = apply(delivery, one);
          deltas.push(statsDelta(delivery, next, null));
          delivery = next;
        }
        const [sum] = mergeDeltas(deltas);
        const expected = { ...noStatuses };
        expected[delivery.status satisfies DeliveryStatus] = 1;
        expect(sum?.byStatus).toEqual(expected);
      }),
    );
  });
});

function apply(delivery: Delivery, step: string): Delivery {
  if (step === 'ok') return attempted(delivery, 200).delivery;
  if (step === 'bad') return attempted(delivery, 500).delivery;
  if (step === 'replay') return replay(delivery, { at: at, heldBackBy: null, turn: aTurn });
  const next = cancel(delivery, { reason: 'requested', now: at, retentionMs: 1 });
  if (next === null) return delivery;
  return step === 'park' ? park(delivery, 'subscription_inactive', at) : next;
}

describe('mergeDeltas', () => {
  it('keeps one for each subscription and hour', () => {
    const one = statsDelta(null, accepted(false), null);
    const later = { ...one, hour: one.hour + hourMs };
    const other = { ...one, tenant: 'u' };
    expect(mergeDeltas([one, later, one, other])).toEqual([
      { ...one, byStatus: { ...noStatuses, parked: 2 } },
      later,
      other,
    ]);
  });
});
