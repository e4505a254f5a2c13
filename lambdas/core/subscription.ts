// A subscription: where events go, which ones, how they are signed, and whether they are sent now.
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
  createdAt: number;
  updatedAt: number;
  /** Counts changes; a change is stored on the condition that nobody else made one first. */
  version: number;
};
