// What every operation receives: the ports, the deployment's rules, and the memos.
import type { TargetPolicy } from '../core/endpoints/address.ts';
import type { ApiKey } from '../core/access/api-key.ts';
import type { AccessToken, NoToken } from '../core/endpoints/access-token.ts';
import type { Parked } from '../core/backlog/backlog.ts';
import type { AttemptWindow } from '../core/endpoints/health.ts';
import type { Memo } from '../core/shared/memo.ts';
import type { Ports } from '../core/ports.ts';
import type { Meter, Quota } from '../core/access/quota.ts';
import type { SubscriptionId } from '../core/ids.ts';
import type { RetrySchedule } from '../core/deliveries/retry-schedule.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import type { Unsent } from '../core/deliveries/unsent.ts';
import type { Wrongs } from '../core/access/wrong-credentials.ts';

export type Rules = {
  /** Off grants every request every scope: for local use only. */
  apiAuth: 'on' | 'off';
  retrySchedule: RetrySchedule;
  timeoutMs: number;
  retentionMs: number;
  bodyBytesMax: number;
  untypedEvents: 'deliver' | 'reject';
  /** Per API key, and per subscription. */
  quota: Quota;
  /** Per address and claimed key or subscription; null means unlimited. */
  wrongCredentialsMax: number | null;
  /** Per tenant. */
  subscriptionsMax: number;
  /** Per subscription. */
  parkedEventsMax: number;
  /** If the store can tell. */
  parkedBytesMax: number;
  operationalEvents: 'on' | 'off';
  /** Which target URLs are allowed; see `core/endpoints/target-url.ts`. */
  targets: TargetPolicy;
};

export type Context = Ports & {
  rules: Rules;
  subscriptionMemo: Memo<Subscription | undefined>;
  /** The operator subscriptions, by tenant. */
  operationalMemo: Memo<readonly Subscription[]>;
  /** What this process has recently seen of each subscription's attempts. */
  attemptWindows: Map<string, AttemptWindow>;
  /** Whether this process can send at all. */
  sending: { unsent: Unsent | null };
  /** By OAuth client. */
  tokenMemo: Memo<AccessToken>;
  /** Fetches in flight, by OAuth client and time limit. */
  tokenFetches: Map<string, Promise<AccessToken | NoToken>>;
  /** Amazon SNS certificates (PEM), by URL; null if the fetch returned none. */
  certificateMemo: Memo<string | null>;
  /** By key id. */
  apiKeyMemo: Memo<ApiKey | undefined>;
  /**
   * Ids without a key, and when that was found: kept apart, so that a flood of them evicts no real
   * key.
   */
  absentKeys: Map<string, number>;
  /** What this process has accepted, per subscription and per API key. */
  quotaMeters: Map<string, Meter>;
  /** Per address, and per address and claim. */
  wrongCredentials: Map<string, Wrongs>;
  /** Sources that were right before. */
  rightCredentials: Map<string, true>;
  /** How much is parked for a subscription that is held back. */
  parkedMemo: Memo<Parked>;
  /** The number of subscriptions, by tenant. */
  subscriptionCountMemo: Memo<{ count: number }>;
};

/** The subscription, at most one memo lifetime old. */
export function recallSubscription(
  context: Pick<Context, 'subscriptions' | 'subscriptionMemo' | 'clock'>,
  tenant: string,
  id: SubscriptionId,
): Promise<Subscription | undefined> {
  return context.subscriptionMemo.get(`${tenant} ${id}`, context.clock, () =>
    context.subscriptions.get(tenant, id),
  );
}

/** The operator subscriptions, at most one memo lifetime old. */
export function recallOperational(
  context: Context,
  tenant: string,
): Promise<readonly Subscription[]> {
  return context.operationalMemo.get(tenant, context.clock, () =>
    context.subscriptions.listOperational(tenant),
  );
}

/** Makes this process see its own change immediately. */
export function forgetSubscription(
  context: Pick<Context, 'subscriptionMemo' | 'operationalMemo'>,
  tenant: string,
  id: SubscriptionId,
): void {
  context.subscriptionMemo.forget(`${tenant} ${id}`);
  context.operationalMemo.forget(tenant);
}
