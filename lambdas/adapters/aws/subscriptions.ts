// Subscriptions: one item each, a tenant's in one partition, in order of creation.
import * as z from 'zod';
import type { EndpointAuth } from '../../contract/endpoints/endpoint-auth.ts';
import { table as names } from '../../contract/table.ts';
import type { Verification } from '../../contract/events/verification.ts';
import type { Health } from '../../core/endpoints/health-record.ts';
import { newHealth } from '../../core/endpoints/health.ts';
import type { SubscriptionId } from '../../core/ids.ts';
import { isSubscriptionId } from '../../core/ids.ts';
import type { SubscriptionStore } from '../../core/ports.ts';
import type { RateLimit } from '../../core/endpoints/rate-limit.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { isApplied, queryAll } from './table/dynamo-table.ts';
import type { DynamoTable } from './table/dynamo-table.ts';
import { isPresent } from './table/expressions.ts';
import type { Item } from './deliveries/item-size.ts';
import type { ItemKey } from './table/keys.ts';
import { versionedItems } from './table/versioned-items.ts';
import type { Resource } from './table/versioned-items.ts';
import { operationalPartition, subscriptionPartition, tenantsPartition } from './table/keys.ts';

/** Bounds of the partition's sort keys. */
const allIds = { from: 'sub_', to: 'sub_~' };

const storedSubscription = z.object({
  tenant: z.string(),
  sk: z.custom<SubscriptionId>((value) => typeof value === 'string' && isSubscriptionId(value)),
  name: z.string().nullable(),
  target_url: z.string(),
  secret: z.string().nullable(),
  previous_secrets: z.array(z.object({ secret: z.string(), expires_at: z.number() })).default([]),
  timestamped_signature: z.boolean().default(false),
  hub_signature: z.enum(['current', 'previous']).default('current'),
  event_types: z.array(z.string()).nullable(),
  status: z.enum(['active', 'inactive']),
  inactive_reason: z.enum(['paused', 'gone', 'failing']).nullable(),
  retry_schedule: z.union([z.enum(['standard', 'fast']), z.array(z.number())]).nullable(),
  timeout_ms: z.number().nullable(),
  held_until: z.number().nullable(),
  rate_limit: z.custom<RateLimit | null>().default(null),
  // Purely internal, and always changed as a whole.
  health: z.custom<Health>().default(newHealth(0)),
  custom_headers: z.record(z.string(), z.string()).default({}),
  // Stored as the API validated them.
  auth: z.custom<EndpointAuth | null>().default(null),
  operational_events: z.boolean().default(false),
  verification: z.custom<Verification | null>().default(null),
  created_at: z.number(),
  updated_at: z.number(),
  version: z.number(),
});

function keyOf(tenant: string, id: SubscriptionId): ItemKey {
  return { pk: subscriptionPartition(tenant), sk: id };
}

function encode(subscription: Subscription): Item {
  return {
    ...keyOf(subscription.tenant, subscription.id),
    tenant: subscription.tenant,
    name: subscription.name,
    target_url: subscription.targetUrl,
    secret: subscription.secret,
    previous_secrets: subscription.previousSecrets.map(({ secret, expiresAt }) => ({
      secret,
      expires_at: expiresAt,
    })),
    timestamped_signature: subscription.timestampedSignature,
    hub_signature: subscription.hubSignature,
    event_types: subscription.eventTypes,
    status: subscription.status,
    inactive_reason: subscription.inactiveReason,
    retry_schedule: subscription.retrySchedule,
    timeout_ms: subscription.timeoutMs,
    held_until: subscription.heldUntil,
    rate_limit: subscription.rateLimit,
    health: subscription.health,
    custom_headers: subscription.customHeaders,
    auth: subscription.auth,
    operational_events: subscription.operationalEvents,
    [names.indexes.held.partitionKey]: subscription.operationalEvents
      ? operationalPartition(subscription.tenant)
      : undefined,
    verification: subscription.verification,
    created_at: subscription.createdAt,
    updated_at: subscription.updatedAt,
    version: subscription.version,
  };
}

function decode(item: Item): Subscription {
  const stored = storedSubscription.parse(item);
  return {
    tenant: stored.tenant,
    id: stored.sk,
    name: stored.name,
    targetUrl: stored.target_url,
    secret: stored.secret,
    previousSecrets: stored.previous_secrets.map(({ secret, expires_at }) => ({
      secret,
      expiresAt: expires_at,
    })),
    timestampedSignature: stored.timestamped_signature,
    hubSignature: stored.hub_signature,
    eventTypes: stored.event_types,
    status: stored.status,
    inactiveReason: stored.inactive_reason,
    retrySchedule: stored.retry_schedule,
    timeoutMs: stored.timeout_ms,
    heldUntil: stored.held_until,
    rateLimit: stored.rate_limit,
    health: stored.health,
    customHeaders: stored.custom_headers,
    auth: stored.auth,
    operationalEvents: stored.operational_events,
    verification: stored.verification,
    createdAt: stored.created_at,
    updatedAt: stored.updated_at,
    version: stored.version,
  };
}

const subscriptions: Resource<SubscriptionId, Subscription> = {
  name: 'subscriptions',
  partitionOf: subscriptionPartition,
  allIds,
  isId: isSubscriptionId,
  encode,
  decode,
};

export function openSubscriptions(table: DynamoTable): SubscriptionStore {
  const items = versionedItems(table, subscriptions);

  return {
    ...items,

    async create(subscription) {
      await table.put({ pk: tenantsPartition, sk: encodeURIComponent(subscription.tenant) });
      await items.create(subscription);
    },

    async remove(tenant, id) {
      const result = await table.remove(keyOf(tenant, id), isPresent);
      return isApplied(result, () => Promise.resolve(true));
    },

    count: (tenant, max) => table.count({ ...inStatusIndex(tenant), limit: max }),

    countActive: (tenant) => table.count(inStatusIndex(tenant), isActive),

    tenants: () => listTenants(table),

    async listOperational(tenant) {
      const partition = operationalPartition(tenant);
      const range = { ...allIds, index: 'held' as const, partition, newestFirst: false };
      const { items: keys } = await table.query(range);
      const found = await table.getAll(keys.map(({ pk, sk }) => ({ pk, sk })));
      const subscriptions = found.map(decode).filter(({ operationalEvents }) => operationalEvents);
      return subscriptions.toSorted((left, right) => (left.id < right.id ? -1 : 1));
    },
  };
}

const isActive = { that: '#status = :active', values: { ':active': 'active' } };

/** The index has their status and little else. */
function inStatusIndex(tenant: string) {
  const partition = subscriptionPartition(tenant);
  // Everything in the partition names this tenant: the index has no other order.
  const range = { index: 'status' as const, partition, from: tenant, to: tenant };
  return { ...range, newestFirst: false };
}

async function listTenants(table: DynamoTable): Promise<string[]> {
  const range = { partition: tenantsPartition, from: '!', to: '~', newestFirst: false };
  const items = await queryAll(table, range);
  return items.map(({ sk }) => decodeURIComponent(sk));
}
