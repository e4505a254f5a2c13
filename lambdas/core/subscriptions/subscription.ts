// A subscription: where events go, which ones, how they are signed, and whether they are sent now.
import type { EndpointAuth } from '../../contract/endpoints/endpoint-auth.ts';
import type { Verification } from '../../contract/events/verification.ts';
import type { CustomHeaders } from '../endpoints/custom-headers.ts';
import type { Health } from '../endpoints/health-record.ts';
import type { SubscriptionId } from '../ids.ts';
import type { RateLimit } from '../endpoints/rate-limit.ts';
import type { RetrySchedule } from '../deliveries/retry-schedule.ts';
import type { HubSignature, PreviousSecret } from '../signing/secrets.ts';

export type SubscriptionStatus = 'active' | 'inactive';

/** Why a subscription is inactive: a person said so, its endpoint answered 410 Gone, or it failed for days. */
export type InactiveReason = 'paused' | 'gone' | 'failing';

export type Subscription = {
  tenant: string;
  id: SubscriptionId;
  name: string | null;
  targetUrl: string;
  /** Signs what is sent, and verifies what is ingested without an API key. Never read back by the API. */
  secret: string | null;
  /** Secrets that a rotation replaced, newest first; each signs until it expires. */
  previousSecrets: readonly PreviousSecret[];
  /** Adds the signature in Stripe's form. */
  timestampedSignature: boolean;
  hubSignature: HubSignature;
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
  rateLimit: RateLimit | null;
  health: Health;
  customHeaders: CustomHeaders;
  /** Beyond the signature. */
  auth: EndpointAuth | null;
  /** An operator's subscription: it is sent what the service says of its tenant, beside what is ingested. */
  operationalEvents: boolean;
  /** How ingested events are verified. Null takes `X-Hub-Signature-256` with the subscription's own secret. */
  verification: Verification | null;
  createdAt: number;
  updatedAt: number;
  /** Counts changes; a change is stored on the condition that nobody else made one first. */
  version: number;
};
