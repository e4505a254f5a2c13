// The stored state: rows with versions, conditions honoured as `core/ports.ts` says, and lists that may show the past.
// A row keeps what it was, so that a stale read can be answered truthfully.
import type { DeadLetter } from '../../lambdas/core/dead-letters/dead-letter.ts';
import type { Attempt, Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { acceptedAtOf } from '../../lambdas/core/ids.ts';
import type { DeadLetterId, DeliveryId, ReplayId, SubscriptionId } from '../../lambdas/core/ids.ts';
import type {
  DeliveryQuery,
  DeliveryStore,
  IdempotencyClaim,
  LoadedDelivery,
  SubscriptionStore,
} from '../../lambdas/core/ports.ts';
import type { Tombstone } from '../../lambdas/core/ledger/ledger-checks.ts';
import type { ReplayJob } from '../../lambdas/core/replays/replay-job.ts';
import type { StatsHour } from '../../lambdas/core/ledger/stats.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import { offMsOfLate } from './clocks.ts';
import type { Fault } from './faults.ts';
import { call } from './kernel.ts';
import type { Kernel, Process } from './kernel.ts';
import type { ParkedCounts } from './parked-counts.ts';
import { countParked, parkedAsOf } from './parked-counts.ts';
import { enter, listLedger } from './ledger.ts';
import { listOpen } from './open-list.ts';
import { newestFirst, pageOf } from './pages.ts';

export type Row = {
  delivery: Delivery;
  body: Uint8Array;
  attempts: Attempt[];
  /** Newest last. `offMs`: how far the clock of whoever stored it may have been off. */
  history: { at: number; delivery: Delivery; offMs: number }[];
};

export type Database = {
  subscriptions: Map<SubscriptionId, Subscription>;
  rows: Map<DeliveryId, Row>;
  /** The deliveries of each subscription, oldest first. */
  idsOf: Map<SubscriptionId, DeliveryId[]>;
  claims: Map<string, IdempotencyClaim & { expiresAt: number }>;
  parked: ParkedCounts;
  replays: Map<ReplayId, ReplayJob>;
  deadLetters: Map<DeadLetterId, DeadLetter>;
  busyUntil: Map<string, { busyUntil: number; reservedAt: number | null }>;
  /** Entries of the ledger: until when each row is kept at least, and when the entry was made, epoch ms. */
  entries: Map<DeliveryId, { tenant: string; keptUntil: number; at: number }>;
  /** The ids of all entries by the hour in which they were accepted, in order: a long life has very many. */
  entriesByHour: Map<number, DeliveryId[]>;
  /** The ids of those that the check of their hour found open. */
  indexed: Set<DeliveryId>;
  /** Until when the ledger was checked, by tenant. */
  checkedUntil: Map<string, number>;
  tombstones: Map<SubscriptionId, Tombstone>;
  /** Counters by tenant and subscription, the tenant's own under null. */
  hours: Map<string, StatsHour[]>;
  watch: DatabaseWatch;
};

/** Told of every change, after it was made. */
export type DatabaseWatch = {
  deliveryChanged(before: Delivery | null, row: Row, attempt: Attempt | null): void;
  subscriptionChanged(id: SubscriptionId, after: Subscription | null): void;
  replayChanged(before: ReplayJob | null, after: ReplayJob): void;
  deadLetterChanged(after: DeadLetter): void;
};

/** How far behind an eventually consistent read may be. */
const staleMsMax = 2_000;

export type Access = { kernel: Kernel; database: Database; process: Process };

export function subscriptionStore({ kernel, database, process }: Access): SubscriptionStore {
  const { subscriptions, watch } = database;
  const put = (subscription: Subscription) => {
    subscriptions.set(subscription.id, subscription);
    watch.subscriptionChanged(subscription.id, subscription);
  };
  type Verb =
    | 'create'
    | 'get'
    | 'list'
    | 'count'
    | 'replace'
    | 'remove'
    | 'listOperational'
    | 'tenants';
  const step = <Value>(verb: Verb, apply: () => Value) =>
    call(kernel, process, {
      port: `subscriptions.${verb}`,
      about: [],
      detail: () => '',
      apply,
    });
  return {
    create: (subscription) =>
      step('create', () => {
        if (subscriptions.has(subscription.id)) throw new Error('The id is taken');
        put(subscription);
      }),
    get: (tenant, id) =>
      step('get', () => {
        const found = subscriptions.get(id);
        return found?.tenant === tenant ? found : undefined;
      }),
    replace: (before, after) =>
      step('replace', () => {
        if (subscriptions.get(before.id)?.version !== before.version) return 'superseded';
        put(after);
        return 'replaced';
      }),
    remove: (tenant, id) =>
      step('remove', () => {
        if (subscriptions.get(id)?.tenant !== tenant) return false;
        subscriptions.delete(id);
        watch.subscriptionChanged(id, null);
        return true;
      }),
    listOperational: (tenant) =>
      step('listOperational', () =>
        [...subscriptions.values()].filter(
          (found) => found.tenant === tenant && found.operationalEvents,
        ),
      ),
    tenants: () =>
      step('tenants', () => [
        ...new Set([...subscriptions.values(), ...database.entries.values()].map(tenantOf)),
      ]),
    list: (tenant, page) =>
      step('list', () => {
        const all = [...subscriptions.values()].filter((found) => found.tenant === tenant);
        return newestFirst(all, page);
      }),
    count: (tenant) =>
      step(
        'count',
        () => [...subscriptions.values()].filter((found) => found.tenant === tenant).length,
      ),
    countActive: () => notSimulated('subscriptions.countActive'),
  };
}

const tenantOf = ({ tenant }: { tenant: string }) => tenant;

export function deliveryStore(access: Access): DeliveryStore {
  const { kernel, database, process } = access;
  const { rows } = database;
  const change = (before: Delivery, after: Delivery, attempt: Attempt | null) => {
    const row = rows.get(before.id);
    if (row === undefined || row.delivery.version !== before.version) return 'superseded';
    put(access, row, { after, attempt });
    return 'applied';
  };
  return {
    commit: (delivery, body) =>
      call(kernel, process, {
        port: 'deliveries.commit',
        about: [delivery.id],
        detail: () => shown(delivery),
        apply: (fault) => {
          const isFree = !rows.has(delivery.id);
          if (isFree) {
            const row: Row = { delivery, body, attempts: [], history: [] };
            rows.set(delivery.id, row);
            insert(database, delivery);
            put(access, row, { after: delivery, attempt: null });
          }
          if (fault !== 'fail-halfway') enter(database, delivery, kernel.timeline.now());
          return isFree ? 'committed' : 'exists';
        },
      }),
    enter: (tenant, id) =>
      call(kernel, process, {
        port: 'deliveries.enter',
        about: [],
        detail: () => shortId(id),
        apply: () => {
          enter(database, { tenant, id }, kernel.timeline.now());
        },
      }),
    load: (tenant, ids) =>
      call(kernel, process, {
        port: 'deliveries.load',
        about: ids,
        detail: () => ids.map(shortId).join(' '),
        apply: () => loaded(database, tenant, ids),
      }),
    recordAttempt: (before, after, attempt) =>
      call(kernel, process, {
        port: 'deliveries.recordAttempt',
        about: [before.id],
        detail: () => `${shown(before)} → ${shown(after)}`,
        apply: () => change(before, after, attempt),
      }),
    transition: (before, after) =>
      call(kernel, process, {
        port: 'deliveries.transition',
        about: [before.id],
        detail: () => `${shown(before)} → ${shown(after)}`,
        apply: () => change(before, after, null),
      }),
    list: (query) =>
      call(kernel, process, {
        port: 'deliveries.list',
        about: [],
        detail: () => '',
        apply: (fault) => {
          const found = seen({ kernel, database, process }, query, fault);
          return pageOf(
            found.filter((delivery) => isListed(query, delivery)),
            query.limit,
          );
        },
      }),
    listParked: (tenant, subscriptionId, page) =>
      call(kernel, process, {
        port: 'deliveries.listParked',
        about: [],
        detail: () => '',
        apply: (fault) => {
          const query = { tenant, subscriptionId, cursor: page.cursor, isOldestFirst: true };
          const found = seen({ kernel, database, process }, query, fault);
          return pageOf(
            found.filter(({ status }) => status === 'parked'),
            page.limit,
          );
        },
      }),
    listOpen: (tenant, page) =>
      call(kernel, process, {
        port: 'deliveries.listOpen',
        about: [],
        detail: () => '',
        apply: () => listOpen(database, tenant, page),
      }),
    indexOpen: (deliveries) =>
      call(kernel, process, {
        port: 'deliveries.indexOpen',
        about: [],
        detail: () => deliveries.map(shown).join(', '),
        apply: () => {
          for (const { id, version } of deliveries) {
            if (rows.get(id)?.delivery.version === version) database.indexed.add(id);
          }
        },
      }),
    listLedger: (tenant, range, page) =>
      call(kernel, process, {
        port: 'deliveries.listLedger',
        about: [],
        detail: () => '',
        apply: () => listLedger(database, { tenant, range, ...page }),
      }),
    countParked: (_tenant, subscriptionId, max) =>
      call(kernel, process, {
        port: 'deliveries.countParked',
        about: [],
        detail: () => '',
        apply: (fault) => {
          const asOf = asOfRead(kernel, fault);
          const events = parkedAsOf(database.parked, subscriptionId, asOf);
          return { events: Math.min(events, max), bytes: null };
        },
      }),
    detail: (tenant, id) =>
      call(kernel, process, {
        port: 'deliveries.detail',
        about: [],
        detail: () => shortId(id),
        apply: () => {
          const row = rows.get(id);
          if (row?.delivery.tenant !== tenant) return undefined;
          const { delivery, body, attempts } = row;
          const isExpired = (delivery.expiresAt ?? Infinity) <= kernel.timeline.now();
          return isExpired ? undefined : { delivery, body, attempts: [...attempts] };
        },
      }),
  };
}

function put(
  { kernel, database, process }: Access,
  row: Row,
  change: { after: Delivery; attempt: Attempt | null },
): void {
  const before = row.history.length === 0 ? null : row.delivery;
  // A newer version of the code may keep fields that this one does not know.
  const stored = { ...change.after, fieldOfTheNextVersion: change.after.version };
  row.delivery = stored;
  const offMs = offMsOfLate(kernel, process);
  row.history.push({ at: kernel.timeline.now(), delivery: stored, offMs });
  if (change.attempt !== null) row.attempts.push(change.attempt);
  countParked(database.parked, { before, after: stored }, kernel.timeline.now());
  database.watch.deliveryChanged(before, row, change.attempt);
}

function loaded(
  database: Database,
  tenant: string,
  ids: readonly DeliveryId[],
): Map<DeliveryId, LoadedDelivery> {
  const found = new Map<DeliveryId, LoadedDelivery>();
  for (const id of ids) {
    const row = database.rows.get(id);
    if (row?.delivery.tenant !== tenant) continue;
    found.set(id, { delivery: row.delivery, body: row.body });
  }
  return found;
}

function insert({ idsOf }: Database, { id, subscriptionId }: Delivery): void {
  const ids = idsOf.get(subscriptionId) ?? [];
  if (ids.length === 0) idsOf.set(subscriptionId, ids);
  ids.splice(positionOf(ids, id), 0, id);
}

/** How many come before. */
function positionOf(ids: readonly DeliveryId[], id: string): number {
  let from = 0;
  let to = ids.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (ids[middle]! < id) from = middle + 1;
    else to = middle;
  }
  return from;
}

type SeenQuery = {
  tenant: string;
  subscriptionId: SubscriptionId | null;
  /** The last delivery of the page before: what changes in between moves nothing. */
  cursor: string | null;
  isOldestFirst?: boolean;
};

function isListed(query: DeliveryQuery, delivery: Delivery): boolean {
  const exact = [
    [query.status, delivery.status],
    [query.eventType, delivery.eventType],
    [query.errorCode, delivery.lastErrorCode],
  ];
  const at = acceptedAtOf(delivery.id);
  return (
    exact.every(([wanted, found]) => wanted === null || wanted === found) &&
    at >= (query.since ?? 0) &&
    at < (query.until ?? Infinity)
  );
}

/** Which moment an eventually consistent read sees. */
function asOfRead({ random, timeline }: Kernel, fault: Fault | null): number {
  const lagMs = fault === 'stale' ? staleMsMax : random.between(0, staleMsMax / 4);
  return timeline.now() - lagMs;
}

/** The deliveries of a subscription, or of all, from a cursor on, as an eventually consistent read sees them. */
function seen(
  { kernel, database }: Access,
  query: SeenQuery,
  fault: Fault | null,
): IteratorObject<Delivery> {
  const asOf = asOfRead(kernel, fault);
  const all =
    query.subscriptionId === null
      ? [...database.entries.keys()].sort()
      : (database.idsOf.get(query.subscriptionId) ?? []);
  return idsFrom(all, query).flatMap((id) => {
    const { delivery, history } = database.rows.get(id)!;
    const then = history.findLast(({ at }) => at <= asOf)?.delivery;
    return then === undefined || delivery.tenant !== query.tenant ? [] : [then];
  });
}

function* idsFrom(
  ids: readonly DeliveryId[],
  { cursor, isOldestFirst = false }: SeenQuery,
): Generator<DeliveryId> {
  if (isOldestFirst) {
    let index = cursor === null ? 0 : positionOf(ids, `${cursor}~`);
    for (; index < ids.length; index += 1) yield ids[index]!;
    return;
  }
  let index = cursor === null ? ids.length : positionOf(ids, cursor);
  while (index > 0) yield ids[(index -= 1)]!;
}

export function notSimulated(port: string): never {
  throw new Error(`${port} is not part of the simulation`);
}

export function shortId(id: string): string {
  return id.slice(9, 17);
}

export function shown(delivery: Delivery): string {
  const { id, status, cycle, cycleAttempt, version } = delivery;
  return `${shortId(id)} ${status} ${cycle}.${cycleAttempt} v${version}`;
}
