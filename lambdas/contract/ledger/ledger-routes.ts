// Routes of the ledger.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';
import type { Route } from '../http/route.ts';
import { instant, message, nextCursor } from '../http/route.ts';

const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

const counts = {
  scheduled: z.number().int().meta({ description: 'Pending or retrying' }),
  parked: z.number().int(),
  delivered: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
};

export const ledgerHour = z
  .object({
    hour: time,
    accepted: z.number().int(),
    ...counts,
    missing: z.number().int(),
    overdue: z.number().int().meta({
      description: 'Scheduled deliveries so long overdue that the queue must have lost them',
    }),
    counted: z
      .object(counts)
      .nullable()
      .meta({
        description:
          'What the counters say about the whole hour, without deliveries that were never attempted; ' +
          'null while they say nothing',
      }),
  })
  .meta({
    id: 'LedgerHour',
    description: 'accepted = scheduled + parked + delivered + failed + cancelled + missing',
  });

export const missingDelivery = z
  .object({ delivery_id: z.string(), subscription_id: z.string(), accepted_at: time })
  .meta({ id: 'MissingDelivery' });

/** Strict: a misspelled member must not be ignored. */
const recovery = z
  .strictObject({
    dry_run: z.boolean().default(false).meta({ description: 'Only count' }),
    late_seconds: z
      .number()
      .int()
      .min(0)
      .max(limits.recoverLateMsMax / 1_000)
      .default(limits.recoverLateMsDefault / 1_000)
      .meta({ description: 'How late an attempt must be to be requested again' }),
    per_second: z
      .number()
      .int()
      .min(1)
      .max(limits.recoveriesPerSecondMax)
      .default(limits.recoveriesPerSecondDefault),
    cursor: z.string().min(1).max(2_048).nullish().meta({
      description: 'The `next_cursor` of the answer before, to go on from there',
    }),
  })
  .meta({ id: 'Recovery' });

export const ledgerRoutes = {
  recoverLedger: {
    method: 'POST',
    path: '/api/ledger/recover',
    function: 'api',
    access: 'admin',
    summary: 'Recover what the queue lost, at a pace; call until there is no next cursor',
    body: recovery,
    status: 202,
    response: z.object({
      ...message,
      examined: z.number().int().meta({ description: 'Deliveries examined, open or not' }),
      overdue: z.number().int().meta({
        description:
          'Deliveries whose next attempt was requested again; in a dry run, those that would be',
      }),
      jobs: z.array(z.string()).meta({
        description:
          'Subscriptions and replays whose lost work resumes; only looked for without a cursor',
      }),
      last_due_at: time
        .nullable()
        .meta({ description: 'When the last attempt is due: continue then to keep the pace' }),
      ...nextCursor,
    }),
    problems: ['malformed-json', 'unsupported-media-type', 'payload-too-large', 'invalid-cursor'],
  },

  getLedger: {
    method: 'GET',
    path: '/api/ledger',
    function: 'api',
    access: 'read',
    summary: 'Compare what was accepted with what became of it, and name what is missing',
    query: z.strictObject({
      since: instant.optional().meta({ description: 'RFC 3339; from that hour on' }),
      until: instant.optional().meta({ description: 'RFC 3339; up to that hour' }),
      cursor: z.string().min(1).max(2_048).optional(),
    }),
    status: 200,
    response: z.object({
      since: time,
      until: time,
      hours: z.array(ledgerHour).meta({
        description: 'Hours in which something was accepted. One may continue on the next page',
      }),
      missing: z.array(missingDelivery),
      ...nextCursor,
    }),
    problems: ['invalid-cursor'],
  },
} as const satisfies Record<string, Route>;

export type LedgerHourResource = z.infer<typeof ledgerHour>;
export type MissingDeliveryResource = z.infer<typeof missingDelivery>;
