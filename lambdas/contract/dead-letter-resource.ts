// Why a message became a dead letter, and how the API shows one.
import * as z from 'zod';
import { time } from './resources.ts';

/**
 * unreadable       no version of the code can read it: it is not JSON, or no message of this queue
 * unknown_version  a version, a kind or a value that this code does not know, at every receive
 * failed           its work failed, or did not end, at every receive
 */
export const deadLetterReason = z.enum(['unreadable', 'unknown_version', 'failed']);

export const deadLetter = z
  .object({
    id: z.string(),
    reason: deadLetterReason,
    detail: z.string().meta({ description: 'One sentence on what went wrong' }),
    body: z.string().meta({ description: 'The message as it lay on the queue: ids alone' }),
    receive_count: z.number().int().meta({ description: 'How often it was received' }),
    sent_at: time,
    buried_at: time.meta({ description: 'When it became a dead letter' }),
    redriven_at: time.nullable().meta({ description: 'When it was sent again' }),
  })
  .meta({ id: 'DeadLetter' });

export type DeadLetterReason = z.infer<typeof deadLetterReason>;
export type DeadLetterResource = z.infer<typeof deadLetter>;
