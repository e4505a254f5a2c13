import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import { deliveryIdFrom, subscriptionIdFrom } from '../../../lambdas/core/ids.ts';
import { bodyExpiry, detailLifetimeMs } from '../../../lambdas/core/deliveries/retention.ts';
import { cycleLengthMaxMs } from '../../../lambdas/core/deliveries/retry-schedule.ts';
import { accept, cancel, park, replay } from '../../../lambdas/core/deliveries/transitions.ts';
import { aTurn } from '../../support/factories.ts';

const at = 1_700_000_000_000;
const chance = new Uint8Array(10);
const id = deliveryIdFrom(subscriptionIdFrom(at, chance), at, chance);
const retentionMs = 72 * 3_600_000;
const lifetimeMs = detailLifetimeMs(retentionMs);
const pending = accept({
  at,
  tenant: 't',
  id,
  eventType: null,
  contentType: 'application/json',
  contentEncoding: null,
  hops: 0,
  heldBackBy: null,
  turn: aTurn,
});
const parked = park(pending, 'subscription_inactive', at + 1);

function cancelled(delivery: Delivery): Delivery {
  const next = cancel(delivery, { reason: 'requested', now: at + 5, retentionMs });
  if (next === null) throw new Error('nothing to cancel');
  return next;
}

describe('detailLifetimeMs', () => {
  it('outlives the longest named schedule and the retention', () => {
    expect(lifetimeMs).toBeGreaterThan(cycleLengthMaxMs('standard') + retentionMs);
  });

  it('is three of the longest waits after the longest pauses, the retention, and a day to spare', () => {
    const day = 86_400_000;
    expect(lifetimeMs).toBe(3 * (7 * day + day) + retentionMs + day);
  });
});

describe('bodyExpiry', () => {
  it('leaves a large body alone on the usual path', () => {
    const retrying: Delivery = { ...pending, status: 'retrying' };
    expect(bodyExpiry(pending, retrying, lifetimeMs)).toBe('unchanged');
    expect(bodyExpiry(retrying, cancelled(retrying), lifetimeMs)).toBe('unchanged');
    expect(bodyExpiry(parked, park(parked, 'subscription_inactive', at + 9), lifetimeMs)).toBe(
      'unchanged',
    );
  });

  it('extends it for a delivery that stays open long', () => {
    const late = { ...pending, updatedAt: at + lifetimeMs / 2 + 1 };
    expect(bodyExpiry(pending, late, lifetimeMs)).toBe(late.updatedAt + lifetimeMs);
    const inTime = { ...late, updatedAt: at + lifetimeMs / 2 };
    expect(bodyExpiry(pending, inTime, lifetimeMs)).toBe('unchanged');
    const longestGapMs = (limits.retryDelayMsMax + limits.retryAfterMsMax) * 1.2;
    expect(lifetimeMs / 2).toBeGreaterThan(longestGapMs);
  });

  it('never lets it expire while the delivery is parked', () => {
    expect(bodyExpiry(pending, parked, lifetimeMs)).toBeNull();
  });

  it('gives it a TTL again when the delivery resumes or ends', () => {
    const goingOn: Delivery = { ...parked, status: 'retrying', updatedAt: at + 7 };
    expect(bodyExpiry(parked, goingOn, lifetimeMs)).toBe(at + 7 + lifetimeMs);
    expect(bodyExpiry(parked, cancelled(parked), lifetimeMs)).toBe(at + 5 + retentionMs);
    const replayed = replay(cancelled(pending), { at: at + 8, heldBackBy: null, turn: aTurn });
    expect(bodyExpiry(cancelled(pending), replayed, lifetimeMs)).toBe(at + 8 + lifetimeMs);
  });
});
