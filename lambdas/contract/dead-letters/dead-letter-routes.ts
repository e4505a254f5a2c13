// Routes of dead letters: messages that the service itself could not handle.
import * as z from 'zod';
import { deadLetterReason } from './dead-letter-reason.ts';
import { deadLetter } from './dead-letter-resource.ts';
import { limits } from '../limits/limits.ts';
import type { Route } from '../http/route.ts';
import { message, nextCursor, page } from '../http/route.ts';

/** Strict: a misspelled filter must not be ignored. */
const redrive = z
  .strictObject({
    ids: z
      .array(z.string())
      .min(1)
      .max(limits.redriveIdsMax)
      .nullish()
      .meta({ description: 'Only these; by default all that were not resent' }),
    reason: deadLetterReason.nullish().meta({ description: 'Only those with this reason' }),
    per_second: z
      .number()
      .int()
      .min(1)
      .max(limits.redrivesPerSecondMax)
      .default(limits.redrivesPerSecondDefault),
    cursor: page.cursor
      .nullable()
      .meta({ description: 'The `next_cursor` of the answer before, to go on from there' }),
  })
  .meta({ id: 'Redrive' });

const skipped = z.object({
  id: z.string(),
  reason: z.enum(['unreadable', 'redriven', 'not_found']).meta({
    description:
      'This version cannot read it, it was already resent, or it does not exist (any more)',
  }),
});

export const deadLetterRoutes = {
  listDeadLetters: {
    method: 'GET',
    path: '/api/dead-letters',
    function: 'api',
    access: 'admin',
    summary: 'List dead letters, last sent first',
    query: z.strictObject({
      ...page,
      reason: deadLetterReason.optional(),
      redriven: z
        .enum(['true', 'false'])
        .optional()
        .meta({ description: 'Whether they were resent' }),
    }),
    status: 200,
    response: z.object({ dead_letters: z.array(deadLetter), ...nextCursor }),
    problems: ['invalid-cursor'],
  },
  redriveDeadLetters: {
    method: 'POST',
    path: '/api/dead-letters/redrive',
    function: 'api',
    access: 'admin',
    summary: 'Resend the messages of dead letters, at a pace; each once',
    body: redrive,
    status: 202,
    response: z.object({
      ...message,
      redriven: z.number().int().meta({ description: 'Messages resent' }),
      skipped: z.array(skipped),
      last_due_at: deadLetter.shape.sent_at
        .nullable()
        .meta({ description: 'When the last of them is due: continue then to keep the pace' }),
      ...nextCursor,
    }),
    problems: ['malformed-json', 'unsupported-media-type', 'payload-too-large', 'invalid-cursor'],
  },
} as const satisfies Record<string, Route>;
