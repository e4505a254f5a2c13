// Routes of replay jobs, and how the API shows one.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';
import * as resources from '../http/resources.ts';
import type { Route } from '../http/route.ts';
import { errorCode, instant, message, nextCursor, page } from '../http/route.ts';

const replayableStatus = z.enum(['delivered', 'failed', 'cancelled']);

const count = (description: string) => z.number().int().meta({ description });

const replay = z
  .object({
    id: z.string(),
    state: z.enum(['running', 'paused', 'completed', 'cancelled']),
    subscription_id: z.string().nullable(),
    status: z.array(replayableStatus),
    event_type: z.string().nullable(),
    error_code: z.string().nullable(),
    since: resources.time.nullable(),
    until: resources.time.nullable(),
    per_second: z.number().int(),
    matched: count('Deliveries that matched at creation; null if too many to count').nullable(),
    examined: count('Deliveries examined so far: replayed and skipped'),
    replayed: count('Deliveries that got a new cycle'),
    skipped: count('Deliveries changed since creation, or without a subscription'),
    created_at: resources.time,
    updated_at: resources.time,
    completed_at: resources.time.nullable(),
  })
  .meta({ id: 'Replay' });

/** Absent and null both mean no filter. Strict: a misspelled filter must not be ignored. */
const newReplay = z
  .strictObject({
    subscription_id: z.string().nullish(),
    status: z
      .array(replayableStatus)
      .min(1)
      .default(['failed'])
      .meta({ description: 'Open deliveries are retried anyway' }),
    event_type: resources.eventType.nullish(),
    error_code: errorCode.nullish(),
    since: instant.nullish().meta({ description: 'Accepted at or after, RFC 3339' }),
    until: instant.nullish().meta({ description: 'Accepted before, RFC 3339' }),
    per_second: z
      .number()
      .int()
      .min(1)
      .max(limits.replaysPerSecondMax)
      .default(limits.replaysPerSecondDefault),
    dry_run: z.boolean().default(false).meta({ description: 'Only counts the matches' }),
  })
  .meta({ id: 'NewReplay' });

const change = (verb: 'pause' | 'resume' | 'cancel', summary: string) =>
  ({
    method: 'POST',
    path: `/api/replays/{id}/${verb}`,
    function: 'api',
    access: 'admin',
    summary,
    status: 200,
    response: z.object({ ...message, replay }),
    problems: ['not-found', 'conflict'],
  }) as const satisfies Route;

export const replayRoutes = {
  createReplay: {
    method: 'POST',
    path: '/api/replays',
    function: 'api',
    access: 'admin',
    summary: 'Replay every matching delivery, at a pace; or only count them',
    body: newReplay,
    status: 202,
    response: z.object({
      ...message,
      matched: count('Deliveries that match now'),
      complete: z.boolean().meta({ description: 'False where there may be more than `matched`' }),
      replay: replay.nullable().meta({ description: 'Null for a dry run' }),
    }),
    problems: [
      'malformed-json',
      'unsupported-media-type',
      'payload-too-large',
      'not-found',
      'limit-exceeded',
    ],
  },
  listReplays: {
    method: 'GET',
    path: '/api/replays',
    function: 'api',
    access: 'read',
    summary: 'List replays, newest first',
    query: z.strictObject(page),
    status: 200,
    response: z.object({ replays: z.array(replay), ...nextCursor }),
    problems: ['invalid-cursor'],
  },
  getReplay: {
    method: 'GET',
    path: '/api/replays/{id}',
    function: 'api',
    access: 'read',
    summary: 'Get a replay and its progress',
    status: 200,
    response: z.object({ replay }),
    problems: ['not-found'],
  },
  pauseReplay: change('pause', 'Pause a running replay'),
  resumeReplay: change('resume', 'Resume a paused replay'),
  cancelReplay: change('cancel', 'Cancel a replay; what it has replayed stays replayed'),
} as const satisfies Record<string, Route>;

export type ReplayResource = z.infer<typeof replay>;
export type NewReplay = z.infer<typeof newReplay>;
