// Deliveries and attempts as rows.
import type { Attempt, AttemptTimings, Delivery } from '../../../core/deliveries/delivery.ts';
import type { Values } from '../file/columns.ts';

const fixedFields = [
  'tenant',
  'id',
  'subscriptionId',
  'eventType',
  'contentType',
  'contentEncoding',
  'senderHeaders',
  'hops',
  'createdAt',
] as const satisfies (keyof Delivery)[];

/** The mutable fields. */
export const stateFields = [
  'status',
  'reason',
  'updatedAt',
  'completedAt',
  'nextAttemptAt',
  'turn',
  'cycle',
  'cycleAttempt',
  'pauses',
  'pausesSince',
  'attemptCount',
  'lastStatusCode',
  'lastErrorCode',
  'expiresAt',
  'version',
] as const satisfies (keyof Delivery)[];

export const deliveryFields = [...fixedFields, ...stateFields] as const;

const timingFields = [
  'dnsMs',
  'connectMs',
  'tlsMs',
  'firstByteMs',
] as const satisfies (keyof AttemptTimings)[];

export const attemptFields = [
  'number',
  'cycle',
  'at',
  'durationMs',
  'outcome',
  'statusCode',
  'errorCode',
  'errorDetails',
  'responseBody',
  'targetUrl',
  ...timingFields,
] as const satisfies (keyof Attempt | keyof AttemptTimings)[];

export function deliveryToRow({ senderHeaders, ...plain }: Delivery): Values {
  return { ...plain, senderHeaders: senderHeaders && JSON.stringify(senderHeaders) };
}

export function deliveryFromRow({ senderHeaders, ...plain }: Values): Delivery {
  const headers: unknown = typeof senderHeaders === 'string' ? JSON.parse(senderHeaders) : null;
  return { ...plain, senderHeaders: headers } as Delivery;
}

export function attemptToRow({ timings, ...plain }: Attempt): Values {
  return { ...plain, ...timings };
}

export function attemptFromRow(row: Values): Attempt {
  const { dnsMs, connectMs, tlsMs, firstByteMs, ...plain } = row;
  return { ...plain, timings: { dnsMs, connectMs, tlsMs, firstByteMs } } as Attempt;
}
