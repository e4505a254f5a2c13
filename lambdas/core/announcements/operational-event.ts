// Operational events announce each change of a subscription's health and each delivery that fails
// permanently. Stored rows are the only source, so that every announcement of a change says the
// same under the same id.
import { createHash } from 'node:crypto';
import { limits } from '../../contract/limits/limits.ts';
import { propagationMs } from '../../contract/limits/propagation.ts';
import type { AnnounceMessage } from '../../contract/messages.ts';
import { operationalEvents } from '../../contract/announcements/operational-events.ts';
import type {
  OperationalEvent,
  OperationalEventType,
} from '../../contract/announcements/operational-events.ts';
import { rfc3339, rfc3339OrNull } from '../../contract/limits/time.ts';
import type { Attempt, Delivery } from '../deliveries/delivery.ts';
import type { HealthEvent } from '../endpoints/health-record.ts';
import { deliveryIdFrom } from '../ids.ts';
import type { DeliveryId, SubscriptionId } from '../ids.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

export type Change = AnnounceMessage['change'];

export type Announcement = {
  /** Epoch ms of the change. */
  at: number;
  /** One per change. */
  key: string;
  /**
   * Deliveries that led to it: an operator's endpoint may publish what it receives, and itself
   * fail.
   */
  hops: number;
  event: OperationalEvent;
};

export function typeOf(change: Change): OperationalEventType {
  const kind = change.of === 'health' ? change.event : 'delivery_failed';
  return operationalEvents[kind].shape.type.value;
}

/** The message that requests an announcement; sent before the change is stored. */
export function announceMessage(
  { tenant, id }: Pick<Subscription, 'tenant' | 'id'>,
  change: Change,
  now: number,
): AnnounceMessage {
  return {
    version: 1,
    kind: 'announce',
    tenant,
    subscriptionId: id,
    change,
    sentAt: now,
    dueAt: now + limits.jobDelayMs,
  };
}

/** The history entry for a change. */
export function newsOf(before: Subscription, after: Subscription): HealthEvent[] {
  const known = before.health.history;
  return after.health.history.filter((event) => !known.some((other) => isSame(event, other)));
}

export function isSame(left: HealthEvent, right: HealthEvent): boolean {
  return left.at === right.at && left.kind === right.kind;
}

export function healthAnnouncement(
  subscription: Subscription,
  { at, kind }: HealthEvent,
): Announcement {
  const key = `${subscription.id} ${kind}`;
  return { at, key, hops: 0, event: healthEvent(subscription, { at, kind }) };
}

function healthEvent(subscription: Subscription, { at, kind }: HealthEvent): OperationalEvent {
  const timestamp = rfc3339(at);
  const data = dataOf(subscription);
  switch (kind) {
    case 'disabled': {
      const { inactiveReason } = subscription;
      const reason = inactiveReason === 'paused' ? null : inactiveReason;
      return { type: 'webhook.subscription.disabled', timestamp, data: { ...data, reason } };
    }
    case 'circuit_opened': {
      const failing_since = rfc3339OrNull(subscription.health.failingSince);
      return { type: 'webhook.circuit.opened', timestamp, data: { ...data, failing_since } };
    }
    case 'circuit_closed':
      return { type: 'webhook.circuit.closed', timestamp, data };
    case 'backlog_drained':
      return { type: 'webhook.backlog.drained', timestamp, data };
  }
}

/** `failure` is the attempt with which the delivery failed; the delivery itself may have been replayed since. */
export function failureAnnouncement(
  subscription: Subscription,
  delivery: Delivery,
  failure: Attempt,
): Announcement {
  const at = Math.round(failure.at + failure.durationMs);
  const event: OperationalEvent = {
    type: 'webhook.delivery.failed',
    timestamp: rfc3339(at),
    data: {
      ...dataOf(subscription),
      delivery_id: delivery.id,
      event_type: delivery.eventType,
      reason: failureReasonOf(delivery),
      attempts: failure.number,
      last_status_code: failure.statusCode,
      last_error_code: failure.errorCode,
    },
  };
  return { at, key: `${delivery.id} ${failure.number}`, hops: delivery.hops, event };
}

function failureReasonOf({ reason }: Delivery): 'exhausted' | 'gone' | 'aborted' | null {
  return reason === 'exhausted' || reason === 'gone' || reason === 'aborted' ? reason : null;
}

function dataOf({ tenant, id, name }: Subscription) {
  return { tenant, subscription_id: id, subscription_name: name };
}

/**
 * The id of the delivery to an operator subscription: the same however often a change is announced.
 */
export function announcedDeliveryId(
  operator: SubscriptionId,
  { at, key }: Announcement,
): DeliveryId {
  return deliveryIdFrom(operator, at, createHash('sha256').update(key).digest().subarray(0, 10));
}

/**
 * How long to wait before looking for the change again; null once no function can still store it.
 * Looks are counted, since clocks may step and processes sleep: the queue's waits between them add
 * up.
 */
export function nextLookMs(looks: number): number | null {
  const waitedMs = limits.commitResendDelayMs * (2 ** looks - 1);
  return waitedMs >= propagationMs ? null : limits.commitResendDelayMs * 2 ** looks;
}
