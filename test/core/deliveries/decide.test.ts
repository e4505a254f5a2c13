import { describe, expect, it } from 'vitest';
import type { AttemptMessage } from '../../../lambdas/contract/messages.ts';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { decide, isEarly } from '../../../lambdas/core/deliveries/decide.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { Circuit } from '../../../lambdas/core/endpoints/health-record.ts';
import { newHealth } from '../../../lambdas/core/endpoints/health.ts';
import { deliveryIdFrom, subscriptionIdFrom } from '../../../lambdas/core/ids.ts';
import type { Subscription } from '../../../lambdas/core/subscriptions/subscription.ts';
import { accept, park } from '../../../lambdas/core/deliveries/transitions.ts';
import { aSubscription, aTurn } from '../../support/factories.ts';

const now = 1_700_000_000_000;
const later = now + 5_000;
const chance = new Uint8Array(10);
const subscriptionId = subscriptionIdFrom(now, chance);
const id = deliveryIdFrom(subscriptionId, now, chance);

const message: AttemptMessage = {
  version: 1,
  kind: 'attempt',
  tenant: 'default',
  deliveryId: id,
  cycle: 1,
  attempt: 1,
  turn: aTurn,
  sentAt: now,
  dueAt: now,
};

const subscription = aSubscription({ id: subscriptionId, updatedAt: now });
const inactive: Subscription = { ...subscription, status: 'inactive', inactiveReason: 'paused' };

function opened(probes: number): Subscription {
  const circuit: Circuit = { state: 'open', since: now, probeAt: later, probes };
  return { ...subscription, health: { ...newHealth(now), circuit } };
}

function delivery(about: Partial<Delivery> = {}): Delivery {
  const fresh = accept({
    at: now,
    tenant: 'default',
    id,
    eventType: null,
    contentType: 'application/json',
    contentEncoding: null,
    hops: 0,
    heldBackBy: null,
    turn: aTurn,
  });
  return { ...fresh, ...about };
}

describe('decide', () => {
  it.each(['pending', 'retrying', 'parked'] as const)('sends a %s delivery', (status) => {
    const found = { delivery: delivery({ status }), subscription };
    expect(decide(message, found, now)).toMatchObject({ do: 'send', isProbe: false });
  });

  it('skips a retry requested by an attempt that another one overtook', () => {
    const retrying = delivery({ status: 'retrying', cycleAttempt: 1, nextAttemptAt: later });
    const found = { delivery: retrying, subscription };
    const retry = { ...message, attempt: 2, dueAt: later };
    expect(decide(retry, found, later)).toMatchObject({ do: 'send' });
    expect(decide({ ...retry, turn: 'another0' }, found, later)).toEqual({
      do: 'skip',
      reason: 'doubled',
    });
  });

  it('sends a postponed message, whether or not the row shows its new time', () => {
    const found = (nextAttemptAt: number) => ({
      delivery: delivery({ status: 'retrying', cycleAttempt: 1, nextAttemptAt }),
      subscription,
    });
    const retry = { ...message, attempt: 2, dueAt: later };
    expect(decide(retry, found(now + 1), later)).toMatchObject({ do: 'send' });
    expect(decide(retry, found(later), later)).toMatchObject({ do: 'send' });
  });

  it('skips a replay that lost to another one', () => {
    const replayed = delivery({ status: 'pending', cycle: 2, nextAttemptAt: later });
    const found = { delivery: replayed, subscription };
    // It waited for its row, which moved the time at which it is due.
    const replay = { ...message, cycle: 2, dueAt: later + 2_000 };
    expect(decide(replay, found, later)).toMatchObject({ do: 'send' });
    expect(decide({ ...replay, turn: 'another0' }, found, later)).toEqual({
      do: 'skip',
      reason: 'doubled',
    });
  });

  it('parks a delivery again if a retry finds it parked before its predecessor is recorded', () => {
    const parked = delivery({ status: 'parked', cycleAttempt: 0 });
    const found = { delivery: parked, subscription: inactive };
    expect(decide(message, found, now)).toMatchObject({ do: 'skip', reason: 'parked' });
    expect(decide({ ...message, attempt: 2 }, found, now)).toMatchObject({ do: 'park' });
  });

  it('sends a parked delivery with whatever message finds it', () => {
    const parked = park(delivery(), 'subscription_inactive', now);
    const found = { delivery: parked, subscription };
    expect(decide({ ...message, turn: 'another0' }, found, now)).toMatchObject({ do: 'send' });
  });

  it('sends a retry whose predecessor is not recorded yet', () => {
    const retrying = delivery({ status: 'retrying', cycleAttempt: 1, nextAttemptAt: now });
    const found = { delivery: retrying, subscription };
    // The row holds the turn of attempt 2.
    const ahead = { ...message, attempt: 3, turn: 'another0', dueAt: now + 1 };
    expect(decide(ahead, found, now)).toMatchObject({ do: 'send' });
  });

  it.each(['delivered', 'failed', 'cancelled'] as const)('skips a %s delivery', (status) => {
    const found = { delivery: delivery({ status }), subscription };
    expect(decide(message, found, now)).toEqual({ do: 'skip', reason: 'final' });
  });

  it('skips an attempt that is already recorded, and sends the next', () => {
    const found = { delivery: delivery({ status: 'retrying', cycleAttempt: 2 }), subscription };
    for (const attempt of [1, 2]) {
      expect(decide({ ...message, attempt }, found, now)).toEqual({
        do: 'skip',
        reason: 'recorded',
      });
    }
    expect(decide({ ...message, attempt: 3 }, found, now).do).toBe('send');
    // Attempt 3 was sent but its record was lost in a crash: attempt 4 goes on.
    expect(decide({ ...message, attempt: 4 }, found, now).do).toBe('send');
  });

  it('skips a message of an earlier cycle', () => {
    const found = { delivery: delivery({ cycle: 2 }), subscription };
    expect(decide(message, found, now)).toEqual({ do: 'skip', reason: 'stale_cycle' });
  });

  it.each([
    ['row', { delivery: undefined, subscription }],
    ['cycle', { delivery: delivery({ cycle: 0 }), subscription }],
  ])('waits for a %s that is not committed, as long as a request can live', (_, found) => {
    const looks = limits.commitWaitMaxMs / limits.commitResendDelayMs;
    expect(decide(message, found, now + 3_600_000)).toEqual({ do: 'await-commit' });
    expect(decide({ ...message, looks: looks - 1 }, found, now)).toEqual({ do: 'await-commit' });
    expect(decide({ ...message, looks }, found, now)).toEqual({
      do: 'drop',
      reason: 'never_committed',
    });
  });

  it('ignores a pause longer than the maximum', () => {
    const until = now + limits.retryAfterMsMax;
    const held = (heldUntil: number) =>
      decide(message, { delivery: delivery(), subscription: { ...subscription, heldUntil } }, now);
    expect(held(until)).toMatchObject({ do: 'postpone', until });
    expect(held(until + 3_600_000)).toMatchObject({ do: 'send' });
    // Nor in one that a clock made which was ahead.
    const ahead = { ...subscription, heldUntil: now + 3_607_000, updatedAt: now + 3_600_000 };
    expect(decide(message, { delivery: delivery(), subscription: ahead }, now).do).toBe('send');
  });

  it('parks while the subscription is inactive, once', () => {
    expect(decide(message, { delivery: delivery(), subscription: inactive }, now).do).toBe('park');
    const parked = { delivery: delivery({ status: 'parked' }), subscription: inactive };
    expect(decide(message, parked, now)).toEqual({ do: 'skip', reason: 'parked' });
  });

  it('parks while the circuit is open, and says why', () => {
    const found = { delivery: delivery(), subscription: opened(2) };
    expect(decide(message, found, now)).toMatchObject({ do: 'park', reason: 'circuit_open' });
    const parked = { ...found, delivery: delivery({ status: 'parked' }) };
    expect(decide(message, parked, now)).toEqual({ do: 'skip', reason: 'parked' });
  });

  it('sends the latest announced probe, and none before or after it', () => {
    const found = { delivery: delivery({ status: 'parked' }), subscription: opened(2) };
    expect(decide({ ...message, probe: 2 }, found, now)).toMatchObject({
      do: 'send',
      isProbe: true,
    });
    for (const probe of [1, 3]) {
      expect(decide({ ...message, probe }, found, now)).toEqual({ do: 'skip', reason: 'parked' });
    }
  });

  it('sends a probe like any other message once the circuit is closed', () => {
    const found = { delivery: delivery({ status: 'parked' }), subscription };
    expect(decide({ ...message, probe: 2 }, found, now)).toMatchObject({
      do: 'send',
      isProbe: false,
    });
  });

  it('probes neither an inactive subscription nor one that is asked to wait', () => {
    const probe = { ...message, probe: 2 };
    const parked = delivery({ status: 'parked' });
    const paused = { ...opened(2), status: 'inactive' as const };
    expect(decide(probe, { delivery: parked, subscription: paused }, now)).toEqual({
      do: 'skip',
      reason: 'parked',
    });
    const held = { ...opened(2), heldUntil: later };
    expect(decide(probe, { delivery: parked, subscription: held }, now)).toMatchObject({
      do: 'postpone',
      until: later,
    });
  });

  it('sends what the queue has delayed past the pause, whatever the clock says', () => {
    const found = { delivery: delivery(), subscription: { ...subscription, heldUntil: later } };
    expect(decide({ ...message, dueAt: later - 1 }, found, now).do).toBe('postpone');
    expect(decide({ ...message, dueAt: later }, found, now).do).toBe('send');
  });

  it('waits while the endpoint asked for a pause', () => {
    const held = { ...subscription, heldUntil: now + 1 };
    const found = { delivery: delivery(), subscription: held };
    expect(decide(message, found, now)).toMatchObject({ do: 'postpone', until: now + 1 });
    expect(decide(message, found, now + 1).do).toBe('send');
  });

  it('cancels when the subscription is gone', () => {
    expect(decide(message, { delivery: delivery(), subscription: undefined }, now).do).toBe(
      'cancel',
    );
  });
});

describe('isEarly', () => {
  it("tolerates a queue's rounding", () => {
    expect(isEarly({ dueAt: now + limits.earlyToleranceMs }, now)).toBe(false);
    expect(isEarly({ dueAt: now + limits.earlyToleranceMs + 1 }, now)).toBe(true);
  });

  it('does not believe a clock that was ahead: the queue has waited by its own', () => {
    const hour = 3_600_000;
    const sentAhead = { dueAt: now + hour + 5_000, stampedAt: now + hour, isHop: true };
    expect(isEarly(sentAhead, now)).toBe(false);
    expect(isEarly({ ...sentAhead, stampedAt: now + limits.clockStepMs }, now)).toBe(true);
  });

  it('does not believe the clock of its receiver against that of a queue which waits to the end', () => {
    const waited = { dueAt: now + 3_600_000, stampedAt: now - 60_000 };
    expect(isEarly(waited, now)).toBe(false);
    expect(isEarly({ ...waited, isHop: true }, now)).toBe(true);
  });
});
