import * as z from 'zod';

/**
 * Why a message became a dead letter.
 *   unreadable       no version of the code can read it: it is not JSON, or not a message of this
 * queue
 *   unknown_version  a version, a kind or a value that this code does not know, at every receive
 *   failed           its work failed, or did not end, at every receive
 */
export const deadLetterReason = z.enum(['unreadable', 'unknown_version', 'failed']);

export type DeadLetterReason = z.infer<typeof deadLetterReason>;
