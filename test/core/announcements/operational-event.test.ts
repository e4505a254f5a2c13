import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { propagationMs } from '../../../lambdas/contract/limits/propagation.ts';
import { operationalEvents } from '../../../lambdas/contract/announcements/operational-events.ts';
import { newHealth, withEvent } from '../../../lambdas/core/endpoints/health.ts';
import type { HealthEventKind } from '../../../lambdas/core/endpoints/health-record.ts';
import { acceptedAtOf, isDeliveryId, subscriptionIdOf } from '../../../lambdas/core/ids.ts';
import {
  announcedDeliveryId,
  failureAnnouncement,
  healthAnnouncement,
  newsOf,
  nextLookMs,
  typeOf,
} from '../../../lambdas/core/announcements/operational-event.ts';
import type { Subscription } from '../../../lambdas/core/subscriptions/subscription.ts';
import {
  aDelivery,
  anAttempt,
  aSubscription,
  aSubscriptionId,
  noon,
} from '../../support/factories.ts';

const kinds: HealthEventKind[] = [
  'disabled',
  'circuit_opened',
  'circuit_closed',
  'backlog_drained',
];

function having(subscription: Subscription, kind: HealthEventKind, at: number): Subscription {
  return { ...subscription, health: withEvent(subscription.health, kind, at) };
}

describe('news', () => {
  it('are what a change adds to the history, without earlier entries', () => {
    const before = having(aSubscription(), 'circuit_opened', noon);
    const after = having(having(before, 'circuit_closed', noon), 'backlog_drained', noon + 1);
    expect(newsOf(before, after)).toEqual([
      { kind: 'circuit_closed', at: noon },
      { kind: 'backlog_drained', at: noon + 1 },
    ]);
    expect(newsOf(after, { ...after, name: 'Another' })).toEqual([]);
  });

  it('are found even if a full history drops its oldest entry', () => {
    let before = aSubscription();
    for (let count = 0; count < limits.healthEventsKept; count += 1) {
      before = having(before, 'circuit_opened', noon + count);
    }
    expect(newsOf(before, having(before, 'disabled', noon + 100))).toEqual([
      { kind: 'disabled', at: noon + 100 },
    ]);
  });
});

describe('an announcement', () => {
  it.each(kinds)('of %s matches the contract and its type', (kind) => {
    const subscription = aSubscription({ name: 'Invoices', inactiveReason: 'gone' });
    const { event } = healthAnnouncement(subscription, { kind, at: noon });
    expect(operationalEvents[kind].parse(event)).toStrictEqual(event);
    expect(event).toMatchObject({
      type: typeOf({ of: 'health', event: kind, at: noon }),
      timestamp: '2035-01-15T12:00:00.000Z',
      data: {
        tenant: 'default',
        subscription_id: subscription.id,
        subscription_name: 'Invoices',
      },
    });
  });

  it('says why the service deactivated a subscription, but not why a person did', () => {
    const reasonOf = (fields: Partial<Subscription>) =>
      healthAnnouncement(aSubscription(fields), { kind: 'disabled', at: noon }).event.data;
    expect(reasonOf({ inactiveReason: 'gone' })).toMatchObject({ reason: 'gone' });
    expect(reasonOf({ inactiveReason: 'failing' })).toMatchObject({ reason: 'failing' });
    expect(reasonOf({ inactiveReason: 'paused' })).toMatchObject({ reason: null });
    expect(reasonOf({ inactiveReason: null })).toMatchObject({ reason: null });
  });

  it('of an open circuit says since when the endpoint fails', () => {
    const health = { ...newHealth(noon), failingSince: noon - 60_000 };
    const { event } = healthAnnouncement(aSubscription({ health }), {
      kind: 'circuit_opened',
      at: noon,
    });
    expect(event.data).toMatchObject({ failing_since: '2035-01-15T11:59:00.000Z' });
  });

  it('of a failed delivery tells of its last attempt, and counts the hops on', () => {
    const delivery = aDelivery({ status: 'failed', reason: 'exhausted', cycle: 2, hops: 3 });
    const failure = anAttempt({
      number: 7,
      cycle: 2,
      at: noon,
      durationMs: 12.4,
      statusCode: 503,
      errorCode: 'http_error',
    });
    const announcement = failureAnnouncement(aSubscription(), delivery, failure);
    expect(announcement).toMatchObject({ at: noon + 12, hops: 3 });
    const { event } = announcement;
    expect(operationalEvents.delivery_failed.parse(event)).toStrictEqual(event);
    expect(event).toMatchObject({
      type: typeOf({ of: 'delivery', deliveryId: delivery.id, cycle: 2 }),
      timestamp: '2035-01-15T12:00:00.012Z',
      data: {
        delivery_id: delivery.id,
        event_type: 'invoice.paid',
        reason: 'exhausted',
        attempts: 7,
        last_status_code: 503,
        last_error_code: 'http_error',
      },
    });
  });

  it('gives no reason that belongs to a later cycle', () => {
    const parked = aDelivery({ status: 'parked', reason: 'circuit_open' });
    const { event } = failureAnnouncement(aSubscription(), parked, anAttempt());
    expect(event.data).toMatchObject({ reason: null });
  });

  it('contains nothing of the target, the secrets or the payload', () => {
    const subscription = aSubscription({
      targetUrl: 'https://example.com/hidden-path',
      secret: 'hidden-secret',
      customHeaders: { 'X-Key': 'hidden-header' },
      auth: { type: 'bearer', token: 'hidden-token' },
    });
    const failure = anAttempt({ responseBody: 'hidden-answer', errorDetails: 'hidden-detail' });
    const said = [
      ...kinds.map((kind) => healthAnnouncement(subscription, { kind, at: noon })),
      failureAnnouncement(subscription, aDelivery(), failure),
    ];
    expect(JSON.stringify(said)).not.toContain('hidden');
  });
});

describe('the delivery of an announcement', () => {
  const operator = aSubscriptionId();
  const subscription = aSubscription();
  const announcement = healthAnnouncement(subscription, { kind: 'disabled', at: noon });

  it('has one id for each change and operator, made of the time of the change', () => {
    const id = announcedDeliveryId(operator, announcement);
    expect(isDeliveryId(id)).toBe(true);
    expect(subscriptionIdOf(id)).toBe(operator);
    expect(acceptedAtOf(id)).toBe(noon);
    const renamed = { ...subscription, name: 'Another', inactiveReason: 'gone' as const };
    const again = healthAnnouncement(renamed, { kind: 'disabled', at: noon });
    expect(announcedDeliveryId(operator, again)).toBe(id);
  });

  it('has another id for every other change', () => {
    const delivery = aDelivery({ createdAt: noon });
    const failure = anAttempt({ at: noon, durationMs: 0 });
    const all = [
      ...kinds.map((kind) => healthAnnouncement(subscription, { kind, at: noon })),
      healthAnnouncement(subscription, { kind: 'disabled', at: noon + 1 }),
      healthAnnouncement(aSubscription(), { kind: 'disabled', at: noon }),
      failureAnnouncement(subscription, delivery, failure),
      failureAnnouncement(subscription, delivery, { ...failure, number: 2 }),
      failureAnnouncement(subscription, aDelivery({ createdAt: noon }), failure),
    ];
    const ids = all.flatMap((one) => [
      announcedDeliveryId(operator, one),
      announcedDeliveryId(aSubscriptionId(), one),
    ]);
    expect(new Set(ids).size).toBe(2 * all.length);
  });
});

describe('looking for a change again', () => {
  const waits: number[] = [];
  for (let next = nextLookMs(0); next !== null; next = nextLookMs(waits.length)) waits.push(next);

  it('continues until nobody can store it any more, whatever the clocks say', () => {
    const waitedMs = waits.reduce((sum, wait) => sum + wait, 0);
    expect(waitedMs).toBeGreaterThanOrEqual(propagationMs);
    expect(waitedMs).toBeLessThan(2 * propagationMs);
  });

  it('takes a handful of looks at growing intervals', () => {
    expect(waits.length).toBeLessThanOrEqual(8);
    expect(waits).toEqual(waits.toSorted((left, right) => left - right));
    expect(waits[0]).toBe(limits.commitResendDelayMs);
  });
});
