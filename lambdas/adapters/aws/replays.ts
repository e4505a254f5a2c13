// Replay jobs: one item each, a tenant's in one partition, in order of creation.
import * as z from 'zod';
import { table as names } from '../../contract/table.ts';
import { isReplayId, isSubscriptionId } from '../../core/ids.ts';
import type { ReplayId, SubscriptionId } from '../../core/ids.ts';
import type { Clock, ReplayStore } from '../../core/ports.ts';
import type { ReplayJob } from '../../core/replays/replay-job.ts';
import type { DynamoTable } from './table/dynamo-table.ts';
import type { Item } from './deliveries/item-size.ts';
import type { ItemKey } from './table/keys.ts';
import { replayPartition } from './table/keys.ts';
import { versionedItems } from './table/versioned-items.ts';
import type { Resource } from './table/versioned-items.ts';

/** Bounds of the partition's sort keys. */
const allIds = { from: 'rpl_', to: 'rpl_~' };

const statuses = z.array(z.enum(['delivered', 'failed', 'cancelled']));
const number = z.number();

const storedJob = z.object({
  tenant: z.string(),
  sk: z.custom<ReplayId>((value) => typeof value === 'string' && isReplayId(value)),
  subscription_id: z
    .custom<SubscriptionId>((value) => typeof value === 'string' && isSubscriptionId(value))
    .nullable(),
  statuses,
  event_type: z.string().nullable(),
  error_code: z.string().nullable(),
  since: number.nullable(),
  until: number.nullable(),
  per_second: number,
  state: z.enum(['running', 'paused', 'completed', 'cancelled']),
  matched: number.nullable(),
  examined: number,
  replayed: number,
  skipped: number,
  remaining: statuses,
  cursor: z.string().nullable(),
  step: number,
  next_due_at: number,
  created_at: number,
  updated_at: number,
  completed_at: number.nullable(),
  /** The TTL is in whole seconds; this is not. */
  kept_until: number.nullable(),
  version: number,
});

function keyOf(tenant: string, id: ReplayId): ItemKey {
  return { pk: replayPartition(tenant), sk: id };
}

function encode(job: ReplayJob): Item {
  const { filters, expiresAt } = job;
  return {
    ...keyOf(job.tenant, job.id),
    tenant: job.tenant,
    subscription_id: filters.subscriptionId,
    statuses: filters.statuses,
    event_type: filters.eventType,
    error_code: filters.errorCode,
    since: filters.since,
    until: filters.until,
    per_second: job.perSecond,
    state: job.state,
    matched: job.matched,
    examined: job.examined,
    replayed: job.replayed,
    skipped: job.skipped,
    remaining: job.remaining,
    cursor: job.cursor,
    step: job.step,
    next_due_at: job.nextDueAt,
    created_at: job.createdAt,
    updated_at: job.updatedAt,
    completed_at: job.completedAt,
    kept_until: expiresAt,
    [names.timeToLive]: expiresAt === null ? undefined : Math.ceil(expiresAt / 1_000),
    version: job.version,
  };
}

function decode(item: Item): ReplayJob {
  const stored = storedJob.parse(item);
  return {
    tenant: stored.tenant,
    id: stored.sk,
    filters: {
      subscriptionId: stored.subscription_id,
      statuses: stored.statuses,
      eventType: stored.event_type,
      errorCode: stored.error_code,
      since: stored.since,
      until: stored.until,
    },
    perSecond: stored.per_second,
    state: stored.state,
    matched: stored.matched,
    examined: stored.examined,
    replayed: stored.replayed,
    skipped: stored.skipped,
    remaining: stored.remaining,
    cursor: stored.cursor,
    step: stored.step,
    nextDueAt: stored.next_due_at,
    createdAt: stored.created_at,
    updatedAt: stored.updated_at,
    completedAt: stored.completed_at,
    expiresAt: stored.kept_until,
    version: stored.version,
  };
}

const replays: Resource<ReplayId, ReplayJob> = {
  name: 'replays',
  partitionOf: replayPartition,
  allIds,
  isId: isReplayId,
  encode,
  decode,
};

export function openReplays(table: DynamoTable, clock: Clock): ReplayStore {
  /** DynamoDB deletes late. */
  const isKept = ({ expiresAt }: ReplayJob) => expiresAt === null || expiresAt > clock.now();

  const items = versionedItems(table, replays);

  return {
    ...items,

    async get(tenant, id) {
      const job = await items.get(tenant, id);
      return job !== undefined && isKept(job) ? job : undefined;
    },

    async list(tenant, page) {
      const listed = await items.list(tenant, page);
      return { ...listed, items: listed.items.filter(isKept) };
    },

    countOpen(tenant) {
      const partition = replayPartition(tenant);
      const isOpen = {
        that: '#state = :running OR #state = :paused',
        values: { ':running': 'running', ':paused': 'paused' },
      };
      return table.count({ ...allIds, partition, newestFirst: false }, isOpen);
    },
  };
}
