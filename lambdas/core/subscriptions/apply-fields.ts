// What a request to create or change a subscription makes of it.
import type { NewSubscription, SubscriptionFields } from '../../contract/http/resources.ts';
import { secretMask } from '../../contract/signing/secret-mask.ts';
import { newHealth, reset } from '../endpoints/health.ts';
import type { RateLimit } from '../endpoints/rate-limit.ts';
import type { SubscriptionId } from '../ids.ts';
import type { SigningSecrets } from '../signing/secrets.ts';
import type { InactiveReason, Subscription, SubscriptionStatus } from './subscription.ts';
import { writeOnlyFields } from './write-only-fields.ts';

/** A new subscription from what the request gave. */
export function createSubscription(
  identity: { tenant: string; id: SubscriptionId; now: number },
  fields: NewSubscription,
): Subscription {
  const blank: Subscription = {
    tenant: identity.tenant,
    id: identity.id,
    name: null,
    targetUrl: fields.target_url,
    secret: null,
    previousSecrets: [],
    timestampedSignature: false,
    hubSignature: 'current',
    eventTypes: null,
    status: 'active',
    inactiveReason: null,
    retrySchedule: null,
    timeoutMs: null,
    heldUntil: null,
    rateLimit: null,
    health: newHealth(identity.now),
    customHeaders: {},
    auth: null,
    operationalEvents: false,
    verification: null,
    createdAt: identity.now,
    updatedAt: identity.now,
    version: 1,
  };
  return { ...blank, ...changesOf(blank, fields, identity.now) };
}

/** Changes the fields that are given and no other. */
export function updateSubscription(
  before: Subscription,
  fields: SubscriptionFields,
  now: number,
): Subscription {
  return {
    ...before,
    ...changesOf(before, fields, now),
    updatedAt: now,
    version: before.version + 1,
  };
}

function changesOf(
  before: Subscription,
  fields: SubscriptionFields,
  now: number,
): Partial<Subscription> {
  const {
    name = before.name,
    target_url: targetUrl = before.targetUrl,
    event_types: eventTypes = before.eventTypes,
    status = before.status,
    retry_schedule: retrySchedule = before.retrySchedule,
    timeout_ms: timeoutMs = before.timeoutMs,
    rate_limit: rateLimit,
    operational_events: operationalEvents = before.operationalEvents,
  } = fields;
  return {
    name: emptyToNull(name),
    targetUrl,
    ...signingAfter(before, fields),
    eventTypes: normalTypes(eventTypes),
    status,
    inactiveReason: reasonAfter(before, status),
    retrySchedule,
    timeoutMs,
    rateLimit: rateLimitAfter(before, rateLimit),
    operationalEvents,
    ...endpointStateAfter(before, fields, now),
    ...writeOnlyFields(before, fields),
  };
}

/** Another URL is another endpoint, and a person who says active means now. */
function endpointStateAfter(
  before: Subscription,
  fields: SubscriptionFields,
  now: number,
): Pick<Subscription, 'heldUntil' | 'health'> {
  const isMoved = fields.target_url !== undefined && fields.target_url !== before.targetUrl;
  const isFresh = isMoved || fields.status === 'active';
  const { heldUntil, health } = before;
  return isFresh ? { heldUntil: null, health: reset(health, now) } : { heldUntil, health };
}

function rateLimitAfter(
  before: Subscription,
  given: SubscriptionFields['rate_limit'],
): RateLimit | null {
  if (given === undefined) return before.rateLimit;
  return given === null ? null : { perSecond: given.per_second, burst: given.burst ?? 1 };
}

function signingAfter(
  before: Subscription,
  {
    secret = secretMask,
    timestamped_signature: timestampedSignature = before.timestampedSignature,
    hub_signature: hubSignature = before.hubSignature,
  }: SubscriptionFields,
): SigningSecrets & Pick<Subscription, 'timestampedSignature' | 'hubSignature'> {
  return { ...secretsAfter(before, emptyToNull(secret)), timestampedSignature, hubSignature };
}

/** Another secret counts at once, without an overlap: that is what `rotateSecret` is for. */
function secretsAfter(before: Subscription, secret: string | null): SigningSecrets {
  // The mask is what a client read: sending it back changes nothing.
  const isSame = secret === secretMask || secret === before.secret;
  const { previousSecrets } = before;
  return isSame ? { secret: before.secret, previousSecrets } : { secret, previousSecrets: [] };
}

function reasonAfter(before: Subscription, status: SubscriptionStatus): InactiveReason | null {
  return status === 'active' ? null : (before.inactiveReason ?? 'paused');
}

function emptyToNull(text: string | null): string | null {
  return text === '' ? null : text;
}

/** No types and null both mean every event; a type given twice counts once. */
function normalTypes(types: readonly string[] | null): readonly string[] | null {
  return types === null || types.length === 0 ? null : [...new Set(types)];
}
