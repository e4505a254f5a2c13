// The row of a delivery. Every update is billed by the KB of the whole row, so derivable values are
// omitted: an absent attribute has its default from `defaultsOf`.
import * as z from 'zod';
import { table } from '../../../contract/table.ts';
import type { Delivery } from '../../../core/deliveries/delivery.ts';
import { isFinal } from '../../../core/deliveries/delivery.ts';
import { acceptedAtOf, subscriptionIdOf } from '../../../core/ids.ts';
import { hasOutlivedItsHour, isScheduled } from '../../../core/ledger/overdue.ts';
import { compressed, decompressed } from './compression.ts';
import type { Item } from './item-size.ts';
import { deliveryKey, deliveryOf, heldPartition, openPartition } from '../table/keys.ts';

const time = z.number().nullable();

const storedRow = z.object({
  pk: z.string(),
  sk: z.string(),
  event_type: z.string().nullable().default(null),
  content_type: z.string().default('application/json'),
  content_encoding: z.string().nullable().default(null),
  sender_headers: z.record(z.string(), z.string()).nullable().default(null),
  hops: z.number().default(0),
  status: z.enum(['pending', 'retrying', 'parked', 'delivered', 'failed', 'cancelled']),
  reason: z
    .enum([
      'subscription_inactive',
      'circuit_open',
      'exhausted',
      'gone',
      'aborted',
      'requested',
      'subscription_deleted',
    ])
    .nullable()
    .default(null),
  version: z.number(),
  created_at: z.number().optional(),
  updated_at: z.number().optional(),
  completed_at: time.optional(),
  next_attempt_at: time.optional(),
  turn: z.string().nullable().default(null),
  cycle: z.number().default(1),
  cycle_attempt: z.number().optional(),
  pauses: z.number().default(0),
  pauses_since: time.default(null),
  attempt_count: z.number().default(0),
  /** Of the last attempt: status and error. */
  code: z.number().nullable().default(null),
  error: z.string().nullable().default(null),
  /** Whole seconds, as the table's TTL requires. */
  expires_at: z.number().optional(),
  /** The remaining milliseconds. */
  expires_ms: z.number().optional(),
});

const storedBody = z.object({
  body: z.instanceof(Uint8Array).optional(),
  /** Compressed. */
  body_br: z.instanceof(Uint8Array).optional(),
  /** The token of the item with the body, if the row has none. */
  body_ref: z.string().optional(),
});

/** Attempt n at index n - 1: the attempt, or the token of its item. */
const storedAttempts = z.object({
  attempts: z.array(z.union([z.string(), z.record(z.string(), z.unknown())])).default([]),
});

type Known = Pick<Delivery, 'status' | 'updatedAt' | 'attemptCount'>;

function defaultsOf({ status, updatedAt, attemptCount }: Known) {
  return {
    completedAt: isFinal(status) ? updatedAt : null,
    nextAttemptAt: status === 'pending' ? updatedAt : null,
    cycleAttempt: attemptCount,
    /** A retention of whole seconds after the last change. */
    expiresMs: updatedAt % 1_000,
  };
}

function unless<Value>(value: Value, usual: Value): Value | undefined {
  return value === usual ? undefined : value;
}

/** What never changes. */
export function fixedAttributes(delivery: Delivery): Item {
  return {
    ...deliveryKey(delivery.tenant, delivery.id),
    event_type: delivery.eventType ?? undefined,
    content_type: unless(delivery.contentType, 'application/json'),
    content_encoding: delivery.contentEncoding ?? undefined,
    sender_headers: delivery.senderHeaders ?? undefined,
    hops: unless(delivery.hops, 0),
    created_at: unless(delivery.createdAt, acceptedAtOf(delivery.id)),
  };
}

/** What every change sets; `undefined` removes. */
export function changingAttributes(delivery: Delivery): Item {
  const { status, expiresAt } = delivery;
  const usual = defaultsOf(delivery);
  return {
    status,
    reason: delivery.reason ?? undefined,
    version: delivery.version,
    updated_at: unless(delivery.updatedAt, delivery.createdAt),
    completed_at: unless(delivery.completedAt, usual.completedAt),
    next_attempt_at: unless(delivery.nextAttemptAt, usual.nextAttemptAt),
    turn: delivery.turn ?? undefined,
    cycle: unless(delivery.cycle, 1),
    cycle_attempt: unless(delivery.cycleAttempt, usual.cycleAttempt),
    pauses: unless(delivery.pauses, 0),
    pauses_since: delivery.pausesSince ?? undefined,
    attempt_count: unless(delivery.attemptCount, 0),
    code: delivery.lastStatusCode ?? undefined,
    error: delivery.lastErrorCode ?? undefined,
    [table.timeToLive]: expiresAt === null ? undefined : Math.floor(expiresAt / 1_000),
    expires_ms: expiresAt === null ? undefined : unless(expiresAt % 1_000, usual.expiresMs),
    [table.indexes.held.partitionKey]: heldPartitionOf(delivery),
  };
}

/**
 * Its index entry, if any. Most deliveries end within the hour in which they were accepted, and
 * cost the index nothing: that hour's check reads the ledger and indexes what is still open.
 */
function heldPartitionOf(delivery: Delivery): string | undefined {
  const { tenant, id, status } = delivery;
  if (status === 'parked' || status === 'failed') {
    return heldPartition(deliveryKey(tenant, id), status);
  }
  const isListed = isScheduled(delivery) && hasOutlivedItsHour(delivery);
  return isListed ? openPartition(tenant, id) : undefined;
}

export function decodeDelivery(item: Item): Delivery {
  const row = storedRow.parse(item);
  const { tenant, id } = deliveryOf(row);
  const { status, attempt_count: attemptCount } = row;
  const createdAt = row.created_at ?? acceptedAtOf(id);
  const updatedAt = row.updated_at ?? createdAt;
  const usual = defaultsOf({ status, updatedAt, attemptCount });
  return {
    tenant,
    id,
    subscriptionId: subscriptionIdOf(id),
    eventType: row.event_type,
    contentType: row.content_type,
    contentEncoding: row.content_encoding,
    senderHeaders: row.sender_headers,
    hops: row.hops,
    status,
    reason: row.reason,
    createdAt,
    updatedAt,
    completedAt: row.completed_at === undefined ? usual.completedAt : row.completed_at,
    nextAttemptAt: row.next_attempt_at === undefined ? usual.nextAttemptAt : row.next_attempt_at,
    turn: row.turn,
    cycle: row.cycle,
    cycleAttempt: row.cycle_attempt ?? usual.cycleAttempt,
    pauses: row.pauses,
    pausesSince: row.pauses_since,
    attemptCount,
    lastStatusCode: row.code,
    lastErrorCode: row.error,
    expiresAt:
      row.expires_at === undefined
        ? null
        : row.expires_at * 1_000 + (row.expires_ms ?? usual.expiresMs),
    version: row.version,
  };
}

/** The attribute's name tells the encoding; an absent body is an empty one. */
export function encodeBody(body: Uint8Array): Item {
  if (body.byteLength === 0) return {};
  const smaller = compressed(body);
  return smaller === null ? { body } : { body_br: smaller };
}

export function decodeBody(item: Item): Uint8Array {
  const { body, body_br: smaller } = storedBody.parse(item);
  if (smaller !== undefined) return decompressed(smaller);
  return body ?? new Uint8Array();
}

export function bodyTokenOf(row: Item): string | undefined {
  return storedBody.parse(row).body_ref;
}

export function attemptsOf(row: Item): (string | Item)[] {
  return storedAttempts.parse(row).attempts;
}
