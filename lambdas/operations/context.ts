// What every operation is given: the ports, the deployment's rules, and the memos.
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
  /** Off gives every request every scope: for one's own machine only. */
  apiAuth: 'on' | 'off';
  retrySchedule: RetrySchedule;
  timeoutMs: number;
  retentionMs: number;
  bodyBytesMax: number;
  untypedEvents: 'deliver' | 'reject';
  /** Of each API key, and of each subscription. */
  quota: Quota;
  /** Of one address, about one key or subscription; null for any number. */
  wrongCredentialsMax: number | null;
  /** Of a tenant. */
  subscriptionsMax: number;
  /** For one subscription. */
  parkedEventsMax: number;
  /** Where the store can tell. */
  parkedBytesMax: number;
  operationalEvents: 'on' | 'off';
  /** What a target URL may be; see `core/endpoints/target-url.ts`. */
  targets: TargetPolicy;
};

export type Context = Ports & {
  rules: Rules;
  subscriptionMemo: Memo<Subscription | undefined>;
  /** The operator's subscriptions, by tenant. */
  operationalMemo: Memo<readonly Subscription[]>;
  /** What this process has seen of each subscription's attempts of late. */
  attemptWindows: Map<string, AttemptWindow>;
  /** Whether this process can send at all. */
  sending: { unsent: Unsent | null };
  /** By OAuth client. */
  tokenMemo: Memo<AccessToken>;
  /** Those under way, by OAuth client and time limit. */
  tokenFetches: Map<string, Promise<AccessToken | NoToken>>;
  /** Of Amazon SNS (PEM), by URL; null where none came. */
  certificateMemo: Memo<string | null>;
  /** By key id. */
  apiKeyMemo: Memo<ApiKey | undefined>;
  /** Ids of no key, and when that was found: apart, so that many of them evict none that there is. */
  absentKeys: Map<string, number>;
  /** What this process has accepted, by subscription and by API key. */
  quotaMeters: Map<string, Meter>;
  /** By address, and by address and what was claimed. */
  wrongCredentials: Map<string, Wrongs>;
  /** What proved right before. */
  rightCredentials: Map<string, true>;
  /** How much is parked of a subscription that is held back. */
  parkedMemo: Memo<Parked>;
  /** How many subscriptions there are, by tenant. */
  subscriptionCountMemo: Memo<{ count: number }>;
};

/** The subscription as of at most one memo lifetime ago. */
export function recallSubscription(
  context: Pick<Context, 'subscriptions' | 'subscriptionMemo' | 'clock'>,
  tenant: string,
  id: SubscriptionId,
): Promise<Subscription | undefined> {
  return context.subscriptionMemo.get(`${tenant} ${id}`, context.clock, () =>
    context.subscriptions.get(tenant, id),
  );
}

/** The operator's subscriptions as of at most one memo lifetime ago. */
export function recallOperational(
  context: Context,
  tenant: string,
): Promise<readonly Subscription[]> {
  return context.operationalMemo.get(tenant, context.clock, () =>
    context.subscriptions.listOperational(tenant),
  );
}

/** Makes this process see a change it made itself at once. */
export function forgetSubscription(
  context: Pick<Context, 'subscriptionMemo' | 'operationalMemo'>,
  tenant: string,
  id: SubscriptionId,
): void {
  context.subscriptionMemo.forget(`${tenant} ${id}`);
  context.operationalMemo.forget(tenant);
}
