// How the API shows a dead letter.
import * as z from 'zod';
import { deadLetterReason } from './dead-letter-reason.ts';
import { time } from '../http/resources.ts';

export const deadLetter = z
  .object({
    id: z.string(),
    reason: deadLetterReason,
    detail: z.string().meta({ description: 'One sentence on what went wrong' }),
    body: z.string().meta({ description: 'The message as it was on the queue: only ids' }),
    receive_count: z.number().int().meta({ description: 'How often it was received' }),
    sent_at: time,
    buried_at: time.meta({ description: 'When it became a dead letter' }),
    redriven_at: time.nullable().meta({ description: 'When it was resent' }),
  })
  .meta({ id: 'DeadLetter' });

export type DeadLetterResource = z.infer<typeof deadLetter>;
