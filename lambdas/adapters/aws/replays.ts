// Replay jobs: one item each, a tenant's in one partition, in order of creation.
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { table as names } from '../../contract/table.ts';
import { isReplayId, isSubscriptionId } from '../../core/ids.ts';
import type { ReplayId, SubscriptionId } from '../../core/ids.ts';
import type { Clock, ReplayStore } from '../../core/ports.ts';
import type { ReplayJob } from '../../core/replays/replay-job.ts';
import { makeCursor, readCursor } from '../cursor.ts';
import { isApplied } from './table/dynamo-table.ts';
import type { DynamoTable } from './table/dynamo-table.ts';
import { isAbsent } from './table/expressions.ts';
import type { Item } from './deliveries/item-size.ts';
import type { ItemKey } from './table/keys.ts';
import { replayPartition } from './table/keys.ts';

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

export function openReplays(table: DynamoTable, clock: Clock): ReplayStore {
  /** DynamoDB deletes late. */
  const isKept = ({ expiresAt }: ReplayJob) => expiresAt === null || expiresAt > clock.now();

  async function isStored(job: ReplayJob): Promise<boolean> {
    const item = await table.get(keyOf(job.tenant, job.id));
    return item !== undefined && isDeepStrictEqual(decode(item), job);
  }

  return {
    async create(job) {
      const result = await table.put(encode(job), isAbsent);
      if (!(await isApplied(result, () => isStored(job)))) {
        throw new Error('The replay id is taken');
      }
    },

    async get(tenant, id) {
      const item = await table.get(keyOf(tenant, id));
      const job = item === undefined ? undefined : decode(item);
      return job !== undefined && isKept(job) ? job : undefined;
    },

    async list(tenant, { limit, cursor }) {
      const list = ['replays', tenant];
      const partition = replayPartition(tenant);
      const position = cursor === null ? null : readCursor(list, cursor, isReplayId);
      const { items, nextKey } = await table.query({
        ...allIds,
        partition,
        newestFirst: true,
        // One extra item tells whether there is another page.
        limit: limit + 1,
        startKey: position === null ? undefined : { pk: partition, sk: position },
      });
      const page = items.slice(0, limit).map(decode);
      const last = page.at(-1);
      const isLast = last === undefined || (items.length <= limit && nextKey === undefined);
      return { items: page.filter(isKept), nextCursor: isLast ? null : makeCursor(list, last.id) };
    },

    async replace(before, after) {
      const result = await table.put(encode(after), {
        that: '#version = :before',
        values: { ':before': before.version },
      });
      return (await isApplied(result, () => isStored(after))) ? 'replaced' : 'superseded';
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
