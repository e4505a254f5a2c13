// The domain's objects as the API shows them. Secrets and tenants stay inside.
import type { HealthResource } from '../../contract/endpoints/health-resource.ts';
import type {
  ApiKeyResource,
  AttemptResource,
  DeliveryResource,
  DeliveryWithPayloadResource,
  SubscriptionResource,
} from '../../contract/http/resources.ts';
import { secretMask } from '../../contract/signing/secret-mask.ts';
import type { SettingsResource } from '../../contract/http/settings-resource.ts';
import type { StatsResource } from '../../contract/ledger/stats-resource.ts';
import { rfc3339, rfc3339OrNull } from '../../contract/limits/time.ts';
import { limits } from '../../contract/limits/limits.ts';
import type { ApiKey } from '../../core/access/api-key.ts';
import type { Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { healthStateOf } from '../../core/endpoints/health.ts';
import type { DeliveryId } from '../../core/ids.ts';
import { attemptId, subscriptionIdOf } from '../../core/ids.ts';
import { shownFields } from '../../core/subscriptions/write-only-fields.ts';
import { exceedsDepth } from '../../core/events/json-depth.ts';
import { isJson, textOf } from '../../core/events/payload.ts';
import type { LoadedDelivery } from '../../core/ports.ts';
import type { RateLimit } from '../../core/endpoints/rate-limit.ts';
import type { RetrySchedule } from '../../core/deliveries/retry-schedule.ts';
import { isSigningKey, publicKeyOf } from '../../core/signing/signing-key.ts';
import { hourMs } from '../../core/ledger/stats.ts';
import type { StatsSummary } from '../../core/ledger/stats-summary.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Rules } from '../../operations/context.ts';
import type { Backlog } from '../../operations/endpoints/get-health.ts';
import { RawJson } from './raw-json.ts';

export function subscriptionResource(subscription: Subscription): SubscriptionResource {
  return {
    id: subscription.id,
    name: subscription.name,
    target_url: subscription.targetUrl,
    secret: subscription.secret === null ? null : secretMask,
    public_key: publicKey(subscription.secret),
    previous_secrets: subscription.previousSecrets.map(({ expiresAt }) => ({
      expires_at: rfc3339(expiresAt),
    })),
    timestamped_signature: subscription.timestampedSignature,
    hub_signature: subscription.hubSignature,
    event_types: subscription.eventTypes === null ? null : [...subscription.eventTypes],
    status: subscription.status,
    inactive_reason: subscription.inactiveReason,
    retry_schedule: scheduleResource(subscription.retrySchedule),
    timeout_ms: subscription.timeoutMs,
    rate_limit: rateLimitResource(subscription.rateLimit),
    health: healthStateOf(subscription),
    ...shownFields(subscription),
    operational_events: subscription.operationalEvents,
    created_at: rfc3339(subscription.createdAt),
    updated_at: rfc3339(subscription.updatedAt),
  };
}

export function healthResource(subscription: Subscription, backlog: Backlog): HealthResource {
  const { circuit, failingSince, history } = subscription.health;
  const isOpen = circuit.state === 'open';
  return {
    subscription_id: subscription.id,
    state: healthStateOf(subscription),
    since: rfc3339(circuit.since),
    failing_since: rfc3339OrNull(failingSince),
    next_probe_at: isOpen ? rfc3339(circuit.probeAt) : null,
    probes: isOpen ? circuit.probes : 0,
    held_until: rfc3339OrNull(subscription.heldUntil),
    backlog: {
      parked: backlog.parked,
      complete: backlog.complete,
      deliveries_per_second: backlog.perSecond,
      estimated_drain_seconds: backlog.drainSeconds,
    },
    history: history.map(({ at, kind }) => ({ at: rfc3339(at), event: kind })),
  };
}

function rateLimitResource(limit: RateLimit | null): SubscriptionResource['rate_limit'] {
  return limit === null ? null : { per_second: limit.perSecond, burst: limit.burst };
}

function publicKey(secret: string | null): string | null {
  return secret !== null && isSigningKey(secret) ? publicKeyOf(secret) : null;
}

export function deliveryResource(delivery: Delivery): DeliveryResource {
  return {
    id: delivery.id,
    subscription_id: delivery.subscriptionId,
    event_type: delivery.eventType,
    status: delivery.status,
    reason: delivery.reason,
    attempt_count: delivery.attemptCount,
    last_status_code: delivery.lastStatusCode,
    last_error_code: delivery.lastErrorCode,
    next_attempt_at: rfc3339OrNull(delivery.nextAttemptAt),
    created_at: rfc3339(delivery.createdAt),
    updated_at: rfc3339(delivery.updatedAt),
    completed_at: rfc3339OrNull(delivery.completedAt),
  };
}

export function deliveryWithPayloadResource(loaded: LoadedDelivery): DeliveryWithPayloadResource {
  const { delivery, body } = loaded;
  const text = textOf(body);
  return {
    ...deliveryResource(delivery),
    content_type: delivery.contentType,
    content_encoding: delivery.contentEncoding,
    sender_headers: delivery.senderHeaders ?? {},
    payload: text !== null && isJson(delivery) ? shownPayload(text) : null,
    payload_raw: text ?? Buffer.from(body).toString('base64'),
    payload_encoding: text === null ? 'base64' : 'utf-8',
  };
}

export function attemptResource(deliveryId: DeliveryId, attempt: Attempt): AttemptResource {
  const { timings } = attempt;
  return {
    id: attemptId(deliveryId, attempt.number),
    delivery_id: deliveryId,
    subscription_id: subscriptionIdOf(deliveryId),
    attempt_number: attempt.number,
    status: attempt.outcome === 'success' ? 'success' : 'failed',
    outcome: attempt.outcome,
    status_code: attempt.statusCode,
    error_code: attempt.errorCode,
    error_details: attempt.errorDetails,
    response_body: attempt.responseBody,
    target_url: attempt.targetUrl,
    duration_ms: attempt.durationMs,
    timings: {
      dns_ms: timings.dnsMs,
      connect_ms: timings.connectMs,
      tls_ms: timings.tlsMs,
      first_byte_ms: timings.firstByteMs,
    },
    created_at: rfc3339(attempt.at),
  };
}

export function apiKeyResource(key: ApiKey): ApiKeyResource {
  return {
    id: key.id,
    name: key.name,
    scopes: [...key.scopes],
    created_at: rfc3339(key.createdAt),
  };
}

export function settingsResource(rules: Rules): SettingsResource {
  return {
    retry_schedule: scheduleResource(rules.retrySchedule) ?? 'standard',
    delivery_timeout_ms: rules.timeoutMs,
    retention_hours: rules.retentionMs / hourMs,
    body_bytes_max: rules.bodyBytesMax,
    untyped_events: rules.untypedEvents,
    operational_events: rules.operationalEvents,
    ingest_events_per_second: finite(rules.quota.events),
    ingest_bytes_per_second: finite(rules.quota.bytes),
    subscriptions_max: rules.subscriptionsMax,
    parked_events_max: rules.parkedEventsMax,
  };
}

function finite(rate: number): number | null {
  return rate === Infinity ? null : rate;
}

export function statsResource(summary: StatsSummary): StatsResource {
  return {
    since: rfc3339(summary.range.fromHour),
    until: rfc3339(summary.range.untilHour),
    total: summary.total,
    by_status: summary.byStatus,
    success_rate: summary.successRate,
    attempts: summary.attempts,
    average_attempts: summary.averageAttempts,
    latency_ms: summary.latencyMs,
    hourly: summary.hourly.map(({ hour, total, byStatus, attempts }) => ({
      hour: rfc3339(hour),
      total,
      ...byStatus,
      attempts,
    })),
  };
}

/** Null if the JSON is nested so deeply that a client might fail to parse it. */
function shownPayload(raw: string): RawJson | null {
  return exceedsDepth(JSON.parse(raw), limits.jsonDepthMax) ? null : new RawJson(raw);
}

function scheduleResource(schedule: RetrySchedule | null): SubscriptionResource['retry_schedule'] {
  return schedule === null || typeof schedule === 'string' ? schedule : [...schedule];
}
