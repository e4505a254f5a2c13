// What the operations need of the world, and nothing more. The verbs are the domain's transitions, not CRUD.
// Two drivers implement the storage and queue ports: `adapters/aws` and `adapters/sqlite`; both pass the
// contract suites in `test/contracts`. Errors of a driver's own kind never leave it: a port rejects only when
// the world is broken (`port-errors.ts`), and then the caller's message or request is tried again.
import type { ApiKey } from './access/api-key.ts';
import type { Parked } from './backlog/backlog.ts';
import type { DeadLetter } from './dead-letters/dead-letter.ts';
import type { Attempt, Delivery, DeliveryStatus } from './deliveries/delivery.ts';
import type { DeadLetterId, DeliveryId, ReplayId, SubscriptionId } from './ids.ts';
import type { DeadLetterReason } from '../contract/dead-letters/dead-letter-reason.ts';
import type { QueueMessage } from '../contract/messages.ts';
import type { OperationalEvent } from '../contract/announcements/operational-events.ts';
import type { RateLimitOwner } from './endpoints/rate-limit.ts';
import type { Page } from './shared/page.ts';
import type { ReplayJob } from './replays/replay-job.ts';
import type { SendRequest, SendResult } from './deliveries/send-result.ts';
import type { LedgerEntry } from './ledger/ledger.ts';
import type { LedgerCheckStore, OpenDeliveries } from './ledger/ledger-checks.ts';
import type { StatsDelta, StatsHour, StatusCounts } from './ledger/stats.ts';
import type { HourRange } from './ledger/stats-summary.ts';
import type { Subscription } from './subscriptions/subscription.ts';

/** Epoch ms. */
export type Clock = { now(): number };

/** `steady`: ms of a clock that never steps, but may stand still while the machine does. Only differences mean anything. */
export type SteadyClock = Clock & { steady(): number };

/** Resolves after `ms`; `signal` ends the timer of a wait that nobody needs any more, which then may reject. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

export type Chance = {
  /** Uniform in [0, 1). */
  unit(): number;
  /** Cryptographically strong. */
  bytes(count: number): Uint8Array;
};

export type SubscriptionStore = {
  /** Rejects when the id is taken. */
  create(subscription: Subscription): Promise<void>;
  /** Strongly consistent. */
  get(tenant: string, id: SubscriptionId): Promise<Subscription | undefined>;
  /** Newest first. Rejects with `InvalidCursorError`. */
  list(tenant: string, page: { limit: number; cursor: string | null }): Promise<Page<Subscription>>;
  /** Stores `after` if the stored version is still `before.version`. */
  replace(before: Subscription, after: Subscription): Promise<'replaced' | 'superseded'>;
  /** True when there was one. */
  remove(tenant: string, id: SubscriptionId): Promise<boolean>;
  /** Reads no subscription for it, and may stop at `max` or beyond. It may be as of a moment ago. */
  count(tenant: string, max: number): Promise<number>;
  /** Likewise. */
  countActive(tenant: string): Promise<number>;
  /** Every tenant that has had a subscription. */
  tenants(): Promise<readonly string[]>;
  /** The operator's subscriptions of the tenant, oldest first; a few. They may be as of a moment ago. */
  listOperational(tenant: string): Promise<readonly Subscription[]>;
};

/** A delivery with the exact bytes that were ingested. */
export type LoadedDelivery = { delivery: Delivery; body: Uint8Array };

export type DeliveryDetail = LoadedDelivery & { attempts: readonly Attempt[] };

export type DeliveryQuery = {
  tenant: string;
  /** Null lists all subscriptions. */
  subscriptionId: SubscriptionId | null;
  status: DeliveryStatus | null;
  eventType: string | null;
  /** Of the last recorded attempt. */
  errorCode: string | null;
  /** Accepted at or after, epoch ms. */
  since: number | null;
  /** Accepted before, epoch ms. */
  until: number | null;
  limit: number;
  cursor: string | null;
};

export type DeliveryStore = OpenDeliveries & {
  /**
   * The commit point of the accept protocol: stores a new delivery and its body, unless the id is taken, and then its
   * entry in the ledger.
   */
  commit(delivery: Delivery, body: Uint8Array): Promise<'committed' | 'exists'>;
  /** Makes sure that a stored delivery is in the ledger: whoever committed it may have died just after. */
  enter(tenant: string, id: DeliveryId): Promise<void>;
  /** Strongly consistent; absent ids are absent from the map. Includes bodies. */
  load(tenant: string, ids: readonly DeliveryId[]): Promise<Map<DeliveryId, LoadedDelivery>>;
  /** Stores the attempt and `after` together, if the stored version is still `before.version`. */
  recordAttempt(
    before: Delivery,
    after: Delivery,
    attempt: Attempt,
  ): Promise<'applied' | 'superseded'>;
  /** Stores `after` (a change without an attempt), if the stored version is still `before.version`. */
  transition(before: Delivery, after: Delivery): Promise<'applied' | 'superseded'>;
  /** With attempts by number. Strongly consistent. What has expired (`expiresAt <= now`) is not there. */
  detail(tenant: string, id: DeliveryId): Promise<DeliveryDetail | undefined>;
  /** Newest first; nothing expired. May return fewer than `limit` with a cursor. Rejects with `InvalidCursorError`. */
  list(query: DeliveryQuery): Promise<Page<Delivery>>;
  /** Parked deliveries of a subscription, oldest first. Rejects with `InvalidCursorError`. */
  listParked(
    tenant: string,
    subscriptionId: SubscriptionId,
    page: { limit: number; cursor: string | null },
  ): Promise<Page<Delivery>>;
  /** Parked deliveries of a subscription; the count may stop at `max` events or beyond. */
  countParked(tenant: string, subscriptionId: SubscriptionId, max: number): Promise<Parked>;
  /** Entries of the ledger with their rows, oldest first. Strongly consistent. Rejects with `InvalidCursorError`. */
  listLedger(
    tenant: string,
    range: HourRange,
    page: { limit: number; cursor: string | null },
  ): Promise<Page<LedgerEntry>>;
};

/** What a key was first used for. `fingerprint` is a hash of the request. */
export type IdempotencyClaim = { deliveryId: DeliveryId; fingerprint: string };

export type IdempotencyStore = {
  /**
   * Ties the key to the claim for `limits.idempotencyWindowMs` after `now`, or returns the claim that already
   * holds it and has not expired.
   */
  claim(
    owner: { tenant: string; subscriptionId: SubscriptionId; key: string },
    claim: IdempotencyClaim,
    now: number,
  ): Promise<IdempotencyClaim>;
};

/** What has expired (`expiresAt <= now`) is not there. */
export type ReplayStore = {
  /** Rejects when the id is taken. */
  create(job: ReplayJob): Promise<void>;
  /** Strongly consistent. */
  get(tenant: string, id: ReplayId): Promise<ReplayJob | undefined>;
  /** Newest first. May return fewer than `limit` with a cursor. Rejects with `InvalidCursorError`. */
  list(tenant: string, page: { limit: number; cursor: string | null }): Promise<Page<ReplayJob>>;
  /** Stores `after` if the stored version is still `before.version`. */
  replace(before: ReplayJob, after: ReplayJob): Promise<'replaced' | 'superseded'>;
  /** How many are running or paused. */
  countOpen(tenant: string): Promise<number>;
};

export type DeadLetterQuery = {
  tenant: string;
  /** Null lists all. */
  reason: DeadLetterReason | null;
  redriven: boolean | null;
  limit: number;
  cursor: string | null;
};

/** What has expired is not there. */
export type DeadLetterStore = {
  /** Stores the letter, unless it is there: a message that comes again is still the letter that it was. */
  bury(letter: DeadLetter): Promise<void>;
  /** In no order; absent ids are absent. Strongly consistent. */
  find(tenant: string, ids: readonly DeadLetterId[]): Promise<readonly DeadLetter[]>;
  /** Last sent first. May return fewer than `limit` with a cursor. Rejects with `InvalidCursorError`. */
  list(query: DeadLetterQuery): Promise<Page<DeadLetter>>;
  /** Stores the moment, unless another is stored or the letter is gone. */
  markRedriven(
    letter: Pick<DeadLetter, 'tenant' | 'id'>,
    at: number,
  ): Promise<'marked' | 'superseded'>;
};

export type StatsStore = {
  /** Adds every delta to its subscription's hour and to the tenant's. */
  add(deltas: readonly StatsDelta[]): Promise<void>;
  /** Hours in [fromHour, untilHour), oldest first, empty hours absent. Null reads the tenant's own. */
  hours(
    tenant: string,
    subscriptionId: SubscriptionId | null,
    range: HourRange,
  ): Promise<readonly StatsHour[]>;
  /** Adds to the statuses of these counters alone: the subscription's, or for null the tenant's own. */
  correct(
    tenant: string,
    subscriptionId: SubscriptionId | null,
    correction: { hour: number; byStatus: StatusCounts },
  ): Promise<void>;
};

export type RateLimitStore = {
  /** The next free slot under the limit, epoch ms: `now`, where there is room. Each is given once. */
  reserve(owner: RateLimitOwner, now: number): Promise<number>;
};

export type ApiKeyStore = {
  create(key: ApiKey): Promise<void>;
  get(id: string): Promise<ApiKey | undefined>;
  /** Newest first, at most `limits.apiKeysMax`. */
  list(tenant: string): Promise<readonly ApiKey[]>;
  /** True when there was one. */
  remove(tenant: string, id: string): Promise<boolean>;
};

export type DeliveryQueue = {
  /**
   * Durable when it resolves. A message is received at `dueAt` or later; one that is early (a queue that cannot
   * wait as long) is marked as a hop, and sent again by its receiver.
   */
  send(messages: readonly QueueMessage[]): Promise<void>;
};

export type EventBus = {
  /** False where nobody can listen: then events are worth announcing to operator's subscriptions alone. */
  isHeard: boolean;
  /** Durable when it resolves. */
  put(event: OperationalEvent): Promise<void>;
};

/**
 * Every failure of the endpoint is a result. Rejects with an `UnsentError` alone: the service lacked what it needs to send,
 * before a packet could have left.
 */
export type Sender = { send(request: SendRequest): Promise<SendResult> };

/** One wide line per unit of work. Never payloads, secrets, header values or URL queries. */
export type Log = {
  info(name: string, fields: Readonly<Record<string, unknown>>): void;
  error(name: string, fields: Readonly<Record<string, unknown>>, cause?: unknown): void;
};

/** Everything at once, as the wiring builds it. An operation names the ones it needs with `Pick`. */
export type Ports = {
  clock: SteadyClock;
  wait: Wait;
  chance: Chance;
  subscriptions: SubscriptionStore;
  deliveries: DeliveryStore;
  ledgerChecks: LedgerCheckStore;
  idempotency: IdempotencyStore;
  replays: ReplayStore;
  deadLetters: DeadLetterStore;
  stats: StatsStore;
  rateLimits: RateLimitStore;
  apiKeys: ApiKeyStore;
  queue: DeliveryQueue;
  bus: EventBus;
  sender: Sender;
  log: Log;
};
