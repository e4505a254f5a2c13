// Test data: whole, valid values; a test names only the fields it is about.
import { randomBytes } from 'node:crypto';
import { accept } from '../../lambdas/core/deliveries/transitions.ts';
import type { ApiKey } from '../../lambdas/core/access/api-key.ts';
import type { DeadLetter } from '../../lambdas/core/dead-letters/dead-letter.ts';
import type { Attempt, Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { newHealth } from '../../lambdas/core/endpoints/health.ts';
import {
  deadLetterIdFrom,
  deliveryIdFrom,
  replayIdFrom,
  subscriptionIdFrom,
  type SubscriptionId,
} from '../../lambdas/core/ids.ts';
import {
  createReplayJob,
  type ReplayFilters,
  type ReplayJob,
} from '../../lambdas/core/replays/replay-job.ts';
import { hourMs, hourOf, latencyBoundsMs, noStatuses } from '../../lambdas/core/ledger/stats.ts';
import type { StatsDelta } from '../../lambdas/core/ledger/stats.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type {
  AnnounceMessage,
  AttemptMessage,
  BacklogMessage,
} from '../../lambdas/contract/messages.ts';

/** Noon of a day that has not come yet; `createTestClock` starts there. */
export const noon = Date.UTC(2035, 0, 15, 12);

/** The default: how long a delivery is kept after its end. */
export const retentionMs = limits.retentionHoursDefault * hourMs;

/** The turn of deliveries and messages of which a test says nothing else. */
export const aTurn = 'aturn000';

/** Tests share a database, so each has a tenant of its own. */
export function aTenant(): string {
  return `tenant-${randomBytes(6).toString('hex')}`;
}

export function aSubscriptionId(at: number = noon): SubscriptionId {
  return subscriptionIdFrom(at, randomBytes(10));
}

export function aSubscription(fields: Partial<Subscription> = {}): Subscription {
  const createdAt = fields.createdAt ?? noon;
  return {
    tenant: 'default',
    id: aSubscriptionId(createdAt),
    name: 'Invoices',
    targetUrl: 'https://example.com/hooks',
    secret: 'a secret of some length',
    previousSecrets: [],
    timestampedSignature: false,
    hubSignature: 'current',
    eventTypes: ['invoice.*', 'order.paid'],
    status: 'active',
    inactiveReason: null,
    retrySchedule: null,
    timeoutMs: null,
    heldUntil: null,
    rateLimit: null,
    health: newHealth(createdAt),
    customHeaders: {},
    auth: null,
    operationalEvents: false,
    verification: null,
    createdAt,
    updatedAt: createdAt,
    version: 1,
    ...fields,
  };
}

/** Accepted at `createdAt`, which its id carries. */
export function aDelivery(fields: Partial<Delivery> = {}): Delivery {
  const subscriptionId = fields.subscriptionId ?? aSubscriptionId();
  const id = fields.id ?? deliveryIdFrom(subscriptionId, fields.createdAt ?? noon, randomBytes(10));
  const accepted = accept({
    at: fields.createdAt ?? noon,
    tenant: 'default',
    id,
    eventType: 'invoice.paid',
    contentType: 'application/json',
    contentEncoding: null,
    hops: 0,
    heldBackBy: fields.status === 'parked' ? 'subscription_inactive' : null,
    turn: aTurn,
  });
  return { ...accepted, ...fields };
}

export function anAttempt(fields: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    cycle: 1,
    at: noon,
    durationMs: 42,
    outcome: 'failed_attempt',
    statusCode: 503,
    errorCode: null,
    errorDetails: null,
    responseBody: 'try again later',
    targetUrl: 'https://example.com/hooks',
    timings: { dnsMs: 1.25, connectMs: 2.5, tlsMs: 10, firstByteMs: 40 },
    ...fields,
  };
}

/** The next version of a delivery. */
export function changed(delivery: Delivery, fields: Partial<Delivery>): Delivery {
  return {
    ...delivery,
    updatedAt: delivery.updatedAt + 1_000,
    version: delivery.version + 1,
    ...fields,
  };
}

export function replayFilters(fields: Partial<ReplayFilters> = {}): ReplayFilters {
  return {
    subscriptionId: null,
    statuses: ['failed'],
    eventType: null,
    errorCode: null,
    since: null,
    until: null,
    ...fields,
  };
}

export function aReplayJob(fields: Partial<ReplayJob> = {}): ReplayJob {
  const createdAt = fields.createdAt ?? noon;
  const made = createReplayJob(
    {
      tenant: 'default',
      id: replayIdFrom(createdAt, randomBytes(10)),
      filters: replayFilters(),
      perSecond: 10,
      matched: 12,
    },
    createdAt,
  );
  return { ...made, ...fields };
}

export function aDeadLetter(fields: Partial<DeadLetter> = {}): DeadLetter {
  const sentAt = fields.sentAt ?? noon;
  return {
    tenant: 'default',
    id: deadLetterIdFrom(sentAt, randomBytes(10)),
    reason: 'failed',
    detail: 'DynamoDB Query failed: ThrottlingException',
    body: JSON.stringify(anAttemptMessage()),
    receiveCount: 5,
    sentAt,
    buriedAt: sentAt,
    redrivenAt: null,
    ...fields,
  };
}

export function aDelta(fields: Partial<StatsDelta> = {}): StatsDelta {
  return {
    tenant: 'default',
    subscriptionId: aSubscriptionId(),
    hour: hourOf(noon),
    byStatus: { ...noStatuses, delivered: 1 },
    attempts: 1,
    latency: latencyBuckets({ 2: 1 }),
    ...fields,
  };
}

/** All buckets of the duration histogram, zero but for those given. */
export function latencyBuckets(counts: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: latencyBoundsMs.length + 1 }, (_, bucket) => counts[bucket] ?? 0);
}

export function hoursAfter(hour: number, count: number): number {
  return hour + count * hourMs;
}

export function anApiKey(fields: Partial<ApiKey> = {}): ApiKey {
  return {
    tenant: 'default',
    id: randomBytes(8).toString('hex'),
    name: 'billing',
    scopes: ['publish', 'read'],
    hash: randomBytes(32).toString('hex'),
    createdAt: noon,
    ...fields,
  };
}

export function anAttemptMessage(fields: Partial<AttemptMessage> = {}): AttemptMessage {
  const deliveryId = fields.deliveryId ?? aDelivery().id;
  return {
    version: 1,
    kind: 'attempt',
    tenant: 'default',
    deliveryId,
    cycle: 1,
    attempt: 1,
    turn: aTurn,
    sentAt: noon,
    dueAt: noon,
    ...fields,
  };
}

export function anAnnounceMessage(fields: Partial<AnnounceMessage> = {}): AnnounceMessage {
  return {
    version: 1,
    kind: 'announce',
    tenant: 'default',
    subscriptionId: aSubscriptionId(),
    change: { of: 'health', event: 'disabled', at: noon },
    sentAt: noon,
    dueAt: noon,
    ...fields,
  };
}

export function aBacklogMessage(fields: Partial<BacklogMessage> = {}): BacklogMessage {
  return {
    version: 1,
    kind: 'backlog',
    tenant: 'default',
    subscriptionId: aSubscriptionId(),
    job: 'ajob0000',
    step: 0,
    pace: 'resume',
    cursor: null,
    passAt: noon,
    sent: 0,
    sentAt: noon,
    dueAt: noon,
    ...fields,
  };
}
