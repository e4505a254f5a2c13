import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { type Delivery, isFinal } from '../../../lambdas/core/deliveries/delivery.ts';
import { deliveryIdFrom, subscriptionIdFrom } from '../../../lambdas/core/ids.ts';
import type { SendResult } from '../../../lambdas/core/deliveries/send-result.ts';
import {
  accept,
  afterAttempt,
  cancel,
  park,
  postpone,
  replay,
} from '../../../lambdas/core/deliveries/transitions.ts';
import type { AfterAttempt, AttemptFacts } from '../../../lambdas/core/deliveries/transitions.ts';
import { aTurn } from '../../support/factories.ts';
import { aResponse, anError } from '../../support/send-results.ts';

const retentionMs = 72 * 3_600_000;
const acceptedAt = 1_700_000_000_000;
const chance = new Uint8Array(10);
const id = deliveryIdFrom(subscriptionIdFrom(acceptedAt, chance), acceptedAt, chance);

function accepted(active = true): Delivery {
  return accept({
    at: acceptedAt,
    tenant: 'default',
    id,
    eventType: 'a.b',
    contentType: 'application/json',
    contentEncoding: null,
    hops: 0,
    heldBackBy: active ? null : 'subscription_inactive',
    turn: aTurn,
  });
}

function facts(about: Partial<AttemptFacts> = {}): AttemptFacts {
  return {
    cycle: 1,
    cycleAttempt: 1,
    targetUrl: 'https://example.com/hook',
    at: acceptedAt + 100,
    result: aResponse(),
    schedule: [10, 20],
    retentionMs,
    now: acceptedAt + 112,
    jitter: 0.5,
    isProbe: false,
    turn: aTurn,
    ...about,
  };
}

const failure = (about: Partial<AttemptFacts> = {}) =>
  facts({ result: aResponse({ statusCode: 500 }), ...about });

const busy = (seconds: string) =>
  aResponse({ statusCode: 503, headers: { 'retry-after': seconds } });

describe('accept', () => {
  it('starts pending and due at once, or parked while the subscription is inactive', () => {
    expect(accepted()).toMatchObject({
      status: 'pending',
      createdAt: acceptedAt,
      nextAttemptAt: acceptedAt,
      cycle: 1,
      attemptCount: 0,
      expiresAt: null,
    });
    expect(accepted(false)).toMatchObject({
      status: 'parked',
      reason: 'subscription_inactive',
      nextAttemptAt: null,
    });
  });
});

describe('afterAttempt', () => {
  it('delivers on success, and keeps the row for the retention from then', () => {
    const after = afterAttempt(accepted(), facts());
    expect(after.delivery).toMatchObject({
      status: 'delivered',
      completedAt: acceptedAt + 112,
      expiresAt: acceptedAt + 112 + retentionMs,
      nextAttemptAt: null,
      attemptCount: 1,
      cycleAttempt: 1,
      version: 2,
    });
    expect(after.attempt).toMatchObject({ number: 1, outcome: 'success', statusCode: 200 });
    expect(after.retryAt).toBeNull();
  });

  it('keeps how the last attempt ended, even across a replay', () => {
    const refused = afterAttempt(accepted(), facts({ result: anError('connect_refused') }));
    expect(refused.delivery).toMatchObject({
      lastStatusCode: null,
      lastErrorCode: 'connect_refused',
    });
    const failed = afterAttempt(refused.delivery, failure({ cycleAttempt: 3 }));
    const last = { lastStatusCode: 500, lastErrorCode: 'http_error' };
    expect(failed.delivery).toMatchObject(last);
    const replayed = replay(failed.delivery, {
      at: acceptedAt + 500,
      heldBackBy: null,
      turn: aTurn,
    });
    expect(replayed).toMatchObject(last);
    const delivered = afterAttempt(replayed, facts({ cycle: 2 }));
    expect(delivered.delivery).toMatchObject({ lastStatusCode: 200, lastErrorCode: null });
  });

  it('retries after the wait of the schedule, measured from the end of the attempt', () => {
    const after = afterAttempt(accepted(), failure());
    expect(after.retryAt).toBe(acceptedAt + 112 + 10_000);
    expect(after.delivery).toMatchObject({
      status: 'retrying',
      nextAttemptAt: after.retryAt,
      completedAt: null,
      expiresAt: null,
    });
    expect(after.attempt.outcome).toBe('failed_attempt');
  });

  it('waits as long as the endpoint asks, and at least twice as long with every attempt', () => {
    const later = afterAttempt(accepted(), facts({ result: busy('60') }));
    expect(later.retryAt).toBe(acceptedAt + 112 + 60_000 * (1 + limits.holdSpreadRatio * 0.5));
    const sooner = afterAttempt(accepted(), facts({ result: busy('1') }));
    expect(sooner.retryAt).toBe(acceptedAt + 112 + 1_100);
    const often = afterAttempt(accepted(), facts({ result: busy('1'), cycleAttempt: 7 }));
    expect(often.retryAt).toBe(acceptedAt + 112 + 64_000);
    const veryOften = afterAttempt(accepted(), facts({ result: busy('1'), cycleAttempt: 400 }));
    expect(veryOften.retryAt).toBe(acceptedAt + 112 + limits.pauseDelayMsMax);
  });

  it('consumes no try for a pause that the endpoint requests, for five days', () => {
    const result = aResponse({ statusCode: 429, headers: { 'retry-after': '60' } });
    let delivery = accepted();
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      const after = afterAttempt(delivery, facts({ result, cycleAttempt: attempt }));
      expect(after).toMatchObject({ isPause: true, triesUsed: 1, retryAt: expect.any(Number) });
      delivery = after.delivery;
    }
    expect(delivery).toMatchObject({ cycleAttempt: 20, pauses: 20, pausesSince: acceptedAt + 100 });
    const failed = afterAttempt(delivery, failure({ cycleAttempt: 21 }));
    expect(failed).toMatchObject({ isPause: false, triesUsed: 1 });
    expect(failed.retryAt).toBe(acceptedAt + 112 + 10_000);

    const now = acceptedAt + 100 + limits.pausesMsMax;
    const stillAsking = afterAttempt(delivery, facts({ result, cycleAttempt: 21, now }));
    expect(stillAsking).toMatchObject({ isPause: false, triesUsed: 1 });
    expect(stillAsking.retryAt).toBeGreaterThanOrEqual(now + 60_000);
    const last = facts({ result, cycleAttempt: 23, now });
    expect(afterAttempt(delivery, last).delivery).toMatchObject({ status: 'failed' });
  });

  it('restarts the count of pauses with a replay, and of their days with parking', () => {
    const paused = { ...accepted(), pauses: 3, pausesSince: acceptedAt };
    const start = { heldBackBy: null, at: acceptedAt + 9, turn: 'another0' };
    expect(replay(paused, start)).toMatchObject({ pauses: 0, pausesSince: null });
    expect(park(paused, 'circuit_open', acceptedAt + 9)).toMatchObject({
      pauses: 3,
      pausesSince: null,
    });
  });

  it('fails when the schedule is used up', () => {
    const after = afterAttempt(accepted(), failure({ cycleAttempt: 3 }));
    expect(after.retryAt).toBeNull();
    expect(after.delivery).toMatchObject({ status: 'failed', reason: 'exhausted' });
    expect(after.attempt.outcome).toBe('failure');
  });

  it('fails at once when the endpoint is gone', () => {
    const after = afterAttempt(accepted(), facts({ result: aResponse({ statusCode: 410 }) }));
    expect(after).toMatchObject({ verdict: { kind: 'stop', reason: 'gone' }, retryAt: null });
    expect(after.delivery).toMatchObject({ status: 'failed', reason: 'gone' });
  });

  it.each([
    ['the first', 0],
    ['the last', 2],
  ])('leaves a delivery parked after a failed probe, without burning %s', (_, recorded) => {
    const parked = park({ ...accepted(), cycleAttempt: recorded }, 'circuit_open', acceptedAt);
    const after = afterAttempt(parked, failure({ isProbe: true, cycleAttempt: recorded + 1 }));
    expect(after.retryAt).toBeNull();
    expect(after.attempt).toMatchObject({ number: 1, outcome: 'failed_attempt' });
    expect(after.delivery).toStrictEqual({
      ...parked,
      attemptCount: 1,
      lastStatusCode: 500,
      lastErrorCode: 'http_error',
      updatedAt: acceptedAt + 112,
      version: parked.version + 1,
    });
  });

  it('ends a delivery by a probe that succeeds, or that is told to stop', () => {
    const parked = park(accepted(), 'circuit_open', acceptedAt);
    const afterProbe = (statusCode: number) =>
      afterAttempt(parked, facts({ isProbe: true, result: aResponse({ statusCode }) })).delivery;
    expect(afterProbe(204)).toMatchObject({ status: 'delivered', reason: null });
    expect(afterProbe(410)).toMatchObject({ status: 'failed', reason: 'gone' });
  });

  it('only logs an attempt that was overtaken by a cancellation', () => {
    const cancelled = cancel(accepted(), { reason: 'requested', now: acceptedAt, retentionMs });
    if (cancelled === null) throw new Error('nothing to cancel');
    for (const result of [aResponse(), aResponse({ statusCode: 500 })]) {
      const after = afterAttempt(cancelled, facts({ result }));
      expect(after.delivery).toMatchObject({ status: 'cancelled', attemptCount: 1 });
      expect(after.attempt.outcome).not.toBe('failure');
      expect(after.retryAt).toBeNull();
    }
  });

  it('only logs an attempt of an earlier cycle, and leaves the new cycle its whole schedule', () => {
    const replayed = replay(accepted(), { at: acceptedAt + 50, heldBackBy: null, turn: aTurn });
    const after = afterAttempt(replayed, failure());
    expect(after.delivery).toMatchObject({
      status: 'pending',
      cycle: 2,
      cycleAttempt: 0,
      attemptCount: 1,
    });
    expect(after.retryAt).toBeNull();
    const next = afterAttempt(after.delivery, failure({ cycle: 2 }));
    expect(next.attempt.number).toBe(2);
    expect(next.delivery).toMatchObject({ status: 'retrying', cycleAttempt: 1 });
  });

  it('counts the attempt of a probe that ends its delivery', () => {
    const parked = park(accepted(), 'circuit_open', acceptedAt);
    for (const result of [aResponse(), aResponse({ statusCode: 410 })]) {
      const { delivery } = afterAttempt(parked, facts({ isProbe: true, result }));
      expect(delivery).toMatchObject({ attemptCount: 1, cycleAttempt: 1 });
    }
  });

  it('counts a pause that returns after a later attempt, which had counted it as a try', () => {
    const paused = (before: Delivery, cycleAttempt: number) =>
      afterAttempt(before, facts({ cycleAttempt, result: busy('60') }));
    const second = paused(accepted(), 2).delivery;
    const late = paused(second, 1);
    expect(late).toMatchObject({ isPause: true, retryAt: null, delivery: { pauses: 2 } });
    expect(afterAttempt(late.delivery, failure({ cycleAttempt: 3 })).triesUsed).toBe(1);
    const parked = park(second, 'circuit_open', acceptedAt);
    expect(paused(parked, 1).delivery.pausesSince).toBeNull();
  });

  it('only logs a failure that returns after a later attempt, and delivers on a late success', () => {
    const retrying = afterAttempt(accepted(), failure({ cycleAttempt: 2 })).delivery;
    const { status, nextAttemptAt, turn } = retrying;
    for (const cycleAttempt of [1, 2]) {
      const lateFailure = failure({ cycleAttempt, now: acceptedAt + 900, turn: 'b' });
      const late = afterAttempt(retrying, lateFailure);
      expect(late.delivery).toMatchObject({ status, nextAttemptAt, turn, cycleAttempt: 2 });
      expect(late).toMatchObject({ retryAt: null, attempt: { number: 2 } });
      const success = afterAttempt(retrying, facts({ cycleAttempt }));
      expect(success.delivery).toMatchObject({ status: 'delivered', cycleAttempt: 2 });
    }
  });
});

describe('park, cancel, replay', () => {
  it('parks without burning an attempt', () => {
    const parked = park(accepted(), 'subscription_inactive', acceptedAt + 5);
    expect(parked).toMatchObject({ status: 'parked', attemptCount: 0, nextAttemptAt: null });
  });

  it('postpones without burning an attempt, under the same turn', () => {
    const later = acceptedAt + 60_000;
    const putOff = { ...accepted(), nextAttemptAt: later, updatedAt: acceptedAt + 5, version: 2 };
    const by = (isPause: boolean) =>
      postpone(accepted(), { until: later, isPause }, acceptedAt + 5);
    expect(by(false)).toEqual(putOff);
    expect(by(true)).toEqual({ ...putOff, pausesSince: acceptedAt + 5 });
  });

  it('cancels open deliveries and nothing else', () => {
    const cause = { reason: 'requested' as const, now: acceptedAt + 5, retentionMs };
    for (const open of [
      accepted(),
      accepted(false),
      park(accepted(), 'subscription_inactive', 1),
    ]) {
      expect(cancel(open, cause)).toMatchObject({ status: 'cancelled', reason: 'requested' });
    }
    const delivered = afterAttempt(accepted(), facts()).delivery;
    expect(cancel(delivered, cause)).toBeNull();
  });

  it('replays even delivered ones, with the whole schedule ahead', () => {
    const delivered = afterAttempt(accepted(), facts()).delivery;
    const start = { at: acceptedAt + 900, heldBackBy: null, turn: aTurn };
    expect(replay(delivered, start, acceptedAt + 500)).toMatchObject({
      status: 'pending',
      cycle: 2,
      cycleAttempt: 0,
      attemptCount: 1,
      completedAt: null,
      expiresAt: null,
      nextAttemptAt: acceptedAt + 900,
      updatedAt: acceptedAt + 500,
    });
    const heldBackBy = 'subscription_inactive' as const;
    expect(replay(delivered, { ...start, heldBackBy })).toMatchObject({
      status: 'parked',
      nextAttemptAt: null,
    });
  });
});

const result: fc.Arbitrary<SendResult> = fc.oneof(
  fc.integer({ min: 100, max: 599 }).map((statusCode) => aResponse({ statusCode })),
  fc.constant(anError('connection_reset')),
);
const step = fc.oneof(
  fc.record({ do: fc.constant('attempt' as const), result, stale: fc.boolean() }),
  fc.constant({ do: 'park' as const }),
  fc.constant({ do: 'cancel' as const }),
  fc.record({ do: fc.constant('replay' as const), active: fc.boolean() }),
);
/** The functions' clocks differ, so time may seem to go back. */
const clockMs = fc.nat({ max: 30_000 });
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function attempted(delivery: Delivery, one: Step & { do: 'attempt' }, now: number): AfterAttempt {
  const cycle = one.stale ? Math.max(1, delivery.cycle - 1) : delivery.cycle;
  const cycleAttempt = delivery.cycleAttempt + 1;
  return afterAttempt(delivery, facts({ cycle, cycleAttempt, result: one.result, now }));
}

/** Applies one step as the operations would: parking and cancelling only what is open. */
function apply(delivery: Delivery, one: Step, now: number): Delivery {
  switch (one.do) {
    case 'attempt':
      return attempted(delivery, one, now).delivery;
    case 'park':
      return isFinal(delivery.status) ? delivery : park(delivery, 'subscription_inactive', now);
    case 'cancel':
      return cancel(delivery, { reason: 'requested', now, retentionMs }) ?? delivery;
    case 'replay':
      return replay(delivery, {
        at: now,
        heldBackBy: one.active ? null : 'circuit_open',
        turn: aTurn,
      });
  }
}

describe('any sequence of steps', () => {
  it('keeps the relations of a delivery', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(step, clockMs), { maxLength: 30 }), (steps) => {
        let delivery = accepted();
        for (const [one, atMs] of steps) {
          const before = delivery;
          delivery = apply(before, one, acceptedAt + atMs);
          const final = isFinal(delivery.status);
          expect(delivery.expiresAt !== null).toBe(final);
          expect(delivery.completedAt !== null).toBe(final);
          expect(delivery.nextAttemptAt !== null).toBe(
            delivery.status === 'pending' || delivery.status === 'retrying',
          );
          expect(delivery.attemptCount - before.attemptCount).toBe(one.do === 'attempt' ? 1 : 0);
          expect(delivery.cycle - before.cycle).toBe(one.do === 'replay' ? 1 : 0);
          if (isFinal(before.status) && one.do !== 'replay') {
            expect(delivery.status).toBe(before.status);
          }
          if (delivery !== before) expect(delivery.version).toBe(before.version + 1);
          expect(delivery.updatedAt).toBeGreaterThanOrEqual(before.updatedAt);
        }
      }),
    );
  });

  it('logs one failure for each cycle that failed, and none for any other', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let delivery = accepted();
        const failed: number[] = [];
        const logged: number[] = [];
        for (const [index, one] of steps.entries()) {
          const now = acceptedAt + index * 1_000;
          const before = delivery;
          if (one.do === 'attempt' && attempted(before, one, now).attempt.outcome === 'failure') {
            logged.push(attempted(before, one, now).attempt.cycle);
          }
          delivery = apply(before, one, now);
          const hasFailed = delivery.status === 'failed' && before.status !== 'failed';
          if (hasFailed) failed.push(delivery.cycle);
        }
        expect(logged).toEqual(failed);
      }),
    );
  });
});
