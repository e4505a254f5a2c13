// A subscription: where events go, which ones, how they are signed, and whether they are sent now.
import type { NewSubscription, SubscriptionFields } from '../contract/resources.ts';
import { secretMask } from '../contract/resources.ts';
import type { SubscriptionId } from './ids.ts';
import type { RetrySchedule } from './retry-schedule.ts';

export type SubscriptionStatus = 'active' | 'inactive';

/** Why a subscription is inactive: a person said so, or the endpoint answered 410 Gone. */
export type InactiveReason = 'paused' | 'gone';

export type Subscription = {
  tenant: string;
  id: SubscriptionId;
  name: string | null;
  targetUrl: string;
  /** Signs what is sent, and verifies what is ingested without an API key. Never read back by the API. */
  secret: string | null;
  /** Exact types, `prefix.*` or `*`. Null or empty takes every event. */
  eventTypes: readonly string[] | null;
  status: SubscriptionStatus;
  inactiveReason: InactiveReason | null;
  /** Null follows the deployment's schedule. */
  retrySchedule: RetrySchedule | null;
  /** Null follows the deployment's deadline. */
  timeoutMs: number | null;
  /** Epoch ms before which nothing is sent: the endpoint asked for it by `Retry-After`. */
  heldUntil: number | null;
  createdAt: number;
  updatedAt: number;
  /** Counts changes; a change is stored on the condition that nobody else made one first. */
  version: number;
};

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
    eventTypes: null,
    status: 'active',
    inactiveReason: null,
    retrySchedule: null,
    timeoutMs: null,
    heldUntil: null,
    createdAt: identity.now,
    updatedAt: identity.now,
    version: 1,
  };
  return { ...blank, ...changesOf(blank, fields) };
}

/** Changes the fields that are given and no other. */
export function updateSubscription(
  before: Subscription,
  fields: SubscriptionFields,
  now: number,
): Subscription {
  return {
    ...before,
    ...changesOf(before, fields),
    updatedAt: now,
    version: before.version + 1,
  };
}

function changesOf(before: Subscription, fields: SubscriptionFields): Partial<Subscription> {
  const {
    name = before.name,
    target_url: targetUrl = before.targetUrl,
    secret = secretMask,
    event_types: eventTypes = before.eventTypes,
    status = before.status,
    retry_schedule: retrySchedule = before.retrySchedule,
    timeout_ms: timeoutMs = before.timeoutMs,
  } = fields;
  return {
    name: emptyToNull(name),
    targetUrl,
    // The mask is what a client read: sending it back changes nothing.
    secret: secret === secretMask ? before.secret : emptyToNull(secret),
    eventTypes: normalTypes(eventTypes),
    status,
    inactiveReason: reasonAfter(before, status),
    retrySchedule,
    timeoutMs,
    heldUntil: holdAfter(before, fields),
  };
}

/** Another URL is another endpoint, and a person who says active means now. */
function holdAfter(before: Subscription, fields: SubscriptionFields): number | null {
  const isMoved = fields.target_url !== undefined && fields.target_url !== before.targetUrl;
  return isMoved || fields.status === 'active' ? null : before.heldUntil;
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
