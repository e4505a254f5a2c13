import { describe, expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { propagationMs } from '../../../lambdas/contract/limits/propagation.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import { newHealth } from '../../../lambdas/core/endpoints/health.ts';
import {
  attemptAgain,
  backlogAgain,
  hasOutlivedItsHour,
  isCancelOverdue,
  isOverdue,
  isReplayOverdue,
  isStranded,
} from '../../../lambdas/core/ledger/overdue.ts';
import { hourMs } from '../../../lambdas/core/ledger/stats.ts';
import { askedAgain } from '../../../lambdas/core/deliveries/transitions.ts';
import { aDelivery, aReplayJob, aSubscription, aTurn, noon } from '../../support/factories.ts';

const minute = 60_000;
const lateMs = limits.overdueAfterMs;
const retrying = (fields: Partial<Delivery> = {}) =>
  aDelivery({
    status: 'retrying',
    cycleAttempt: 2,
    nextAttemptAt: noon + hourMs,
    updatedAt: noon,
    turn: aTurn,
    ...fields,
  });
const isLate = (delivery: Delivery, now: number, heldUntil: number | null = null) =>
  isOverdue(delivery, { now, lateMs, heldUntil });

describe('an attempt', () => {
  test('is overdue when it is later than the queue explains, and not a moment before', () => {
    const due = noon + hourMs;
    expect(isLate(retrying(), due + lateMs - 1)).toBe(false);
    expect(isLate(retrying(), due + lateMs)).toBe(true);
  });

  test.each(['parked', 'delivered', 'failed', 'cancelled'] as const)(
    'is not overdue where the delivery is %s',
    (status) => {
      expect(isLate(retrying({ status }), noon + 1_000 * hourMs)).toBe(false);
    },
  );

  test('is not overdue while a pause may hold it, with the time over which the held are spread', () => {
    const due = noon + hourMs;
    const heldUntil = due + 10 * hourMs;
    const end = heldUntil + 2 * hourMs;
    expect(isLate(retrying(), end + lateMs - 1, heldUntil)).toBe(false);
    expect(isLate(retrying(), end + lateMs, heldUntil)).toBe(true);
    expect(isLate(retrying(), due + lateMs, due - 1), 'a pause that is over before').toBe(true);
  });

  test('that was asked for again is overdue once more by the check after the next', () => {
    const due = noon + hourMs;
    const now = due + lateMs;
    const asked = askedAgain(retrying(), now);
    expect(asked).toEqual({
      ...retrying({ id: asked.id }),
      updatedAt: now,
      version: asked.version,
    });
    expect(isLate(asked, now + lateMs - 1)).toBe(false);
    expect(isLate(asked, now + lateMs)).toBe(true);
  });

  test('is asked for the more rarely the longer it was asked for in vain', () => {
    let delivery = retrying();
    const fortnight = 14 * 24 * hourMs;
    const due = noon + hourMs;
    let asked = 0;
    for (let now = due; now < due + fortnight; now += hourMs) {
      if (!isLate(delivery, now)) continue;
      asked += 1;
      delivery = askedAgain(delivery, now);
    }
    expect(asked).toBeGreaterThan(8);
    expect(asked).toBeLessThan(45);
  });

  test('asked for by a person is left alone while the message of the last time is under way', () => {
    const due = noon + hourMs;
    const asked = askedAgain(retrying(), due + minute);
    const underWayMs = limits.recoverySpreadMs + limits.queueVisibilityMs;
    const at = (now: number) => isOverdue(asked, { now, lateMs: 0, heldUntil: null });
    expect(at(due + minute + underWayMs - 1)).toBe(false);
    expect(at(due + minute + underWayMs)).toBe(true);
  });

  test('is asked for under the turn of its row', () => {
    const { tenant, id, cycle } = retrying();
    const message = attemptAgain(retrying({ id }), noon + 5, noon);
    expect(message).toEqual({
      version: 1,
      kind: 'attempt',
      tenant,
      deliveryId: id,
      cycle,
      attempt: 3,
      turn: aTurn,
      sentAt: noon,
      dueAt: noon + 5,
    });
    expect(attemptAgain(retrying({ turn: null }), noon, noon)).toBeNull();
  });
});

test('a delivery outlives its hour with a change in a later one', () => {
  const changedAt = (updatedAt: number) => hasOutlivedItsHour({ createdAt: noon + 1, updatedAt });
  expect(changedAt(noon + hourMs - 1)).toBe(false);
  expect(changedAt(noon + hourMs)).toBe(true);
});

describe('jobs', () => {
  const backlogJob = { id: 'ajob', step: 4, pace: 'recovery' as const };
  const stepMs = propagationMs + limits.backlogPageMs;

  test('a backlog job that stands still goes on from its step, at the start of the list', () => {
    const subscription = aSubscription({
      updatedAt: noon,
      health: { ...newHealth(noon), backlogJob },
    });
    const now = noon + stepMs + lateMs;
    expect(backlogAgain(subscription, { now: now - 1, lateMs })).toBeNull();
    expect(backlogAgain(subscription, { now, lateMs })).toMatchObject({
      kind: 'backlog',
      job: 'ajob',
      step: 4,
      cursor: null,
      passAt: now,
    });
    const inactive = { ...subscription, status: 'inactive' as const };
    expect(backlogAgain(inactive, { now, lateMs })).toBeNull();
  });

  test('a job that waits for a probe is late only after it', () => {
    const probeAt = noon + hourMs;
    const circuit = { state: 'open' as const, since: noon, probeAt, probes: 5 };
    const health = { ...newHealth(noon), circuit, backlogJob };
    const subscription = aSubscription({ updatedAt: noon, health });
    const now = probeAt + stepMs + lateMs;
    expect(backlogAgain(subscription, { now: now - 1, lateMs })).toBeNull();
    expect(backlogAgain(subscription, { now, lateMs })).not.toBeNull();
  });

  test('a replay job is overdue by its next step, while it runs', () => {
    const job = aReplayJob({ state: 'running', nextDueAt: noon + minute, updatedAt: noon });
    const now = noon + minute + lateMs;
    expect(isReplayOverdue(job, { now: now - 1, lateMs })).toBe(false);
    expect(isReplayOverdue(job, { now, lateMs })).toBe(true);
    expect(isReplayOverdue({ ...job, state: 'paused' }, { now, lateMs })).toBe(false);
  });

  test('what is parked is stranded, and what was deleted uncancelled, after memos are old', () => {
    const now = noon + propagationMs + lateMs;
    const parked = aDelivery({ status: 'parked', updatedAt: noon });
    const at = (ms: number) => isStranded(parked, { now: ms, lateMs, heldUntil: null });
    expect([at(now - 1), at(now)]).toEqual([false, true]);
    expect(isStranded(parked, { now, lateMs, heldUntil: noon + hourMs }), 'held').toBe(false);
    const tombstone = { tenant: 'a', subscriptionId: parked.subscriptionId, deletedAt: noon };
    expect(isCancelOverdue(tombstone, { now: now - 1, lateMs })).toBe(false);
    expect(isCancelOverdue(tombstone, { now, lateMs })).toBe(true);
  });
});
