// A message that the service itself could not handle, kept with its reason until it expires.
import { createHash } from 'node:crypto';
import type { DeadLetterReason } from '../../contract/dead-letters/dead-letter-reason.ts';
import { limits } from '../../contract/limits/limits.ts';
import { messageOwner } from '../../contract/messages.ts';
import { deadLetterIdFrom } from '../ids.ts';
import type { DeadLetterId } from '../ids.ts';
import { readMessage } from './read-message.ts';
import { defaultTenant } from '../access/tenant.ts';

export type DeadLetter = {
  tenant: string;
  id: DeadLetterId;
  reason: DeadLetterReason;
  detail: string;
  /** The message text, truncated. */
  body: string;
  receiveCount: number;
  sentAt: number;
  buriedAt: number;
  /** Null until resent. */
  redrivenAt: number | null;
};

/** A message as received. */
export type Received = { messageId: string; body: string; receiveCount: number; sentAt: number };

export type WhyDead = { reason: DeadLetterReason; detail: string };

/** The id derives from the message alone, so that a message buried twice is one letter. */
export function deadLetterOf(
  received: Received,
  { reason, detail }: WhyDead,
  now: number,
): DeadLetter {
  const { messageId, body, receiveCount, sentAt } = received;
  const hash = createHash('sha256').update(messageId).digest().subarray(0, 10);
  return {
    tenant: tenantOf(body),
    id: deadLetterIdFrom(sentAt, hash),
    reason,
    detail: detail.slice(0, limits.deadLetterDetailCharactersMax),
    body: body.slice(0, limits.deadLetterBodyCharactersMax),
    receiveCount,
    sentAt,
    buriedAt: now,
    redrivenAt: null,
  };
}

/** When it expires, epoch ms. */
export function deadLetterExpiry({ buriedAt }: Pick<DeadLetter, 'buriedAt'>): number {
  return buriedAt + limits.deadLetterRetentionMs;
}

/**
 * The part of an error that may be shown: our own messages name a call and the kind of error; those
 * of the language quote their input.
 */
export function failureDetail(cause: unknown): string {
  if (!(cause instanceof Error)) return 'A value that is not an Error was thrown';
  return cause.name === 'Error' ? cause.message : cause.name;
}

/** A message without a tenant belongs to the operator of the service. */
function tenantOf(body: string): string {
  try {
    return messageOwner.parse(JSON.parse(body)).tenant;
  } catch {
    return defaultTenant;
  }
}

/** Why a message is given up after its last receive. @param detail if its text is not to blame */
export function whyGivenUp(body: string, detail: string): WhyDead {
  const reading = readMessage(body);
  return reading.kind === 'poison' ? reading : { reason: 'failed', detail };
}
