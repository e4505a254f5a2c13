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
      description:
        'Of the scheduled ones: what should have been attempted so long ago that the queue must have lost it',
    }),
    counted: z
      .object(counts)
      .nullable()
      .meta({
        description:
          'What the counters say of the whole hour, without deliveries that were never attempted; ' +
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

/** Strict: a member with a slip in its name must not be left out. */
const recovery = z
  .strictObject({
    dry_run: z.boolean().default(false).meta({ description: 'Only count' }),
    late_seconds: z
      .number()
      .int()
      .min(0)
      .max(limits.recoverLateMsMax / 1_000)
      .default(limits.recoverLateMsDefault / 1_000)
      .meta({ description: 'How late an attempt must be to be asked for again' }),
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
    summary:
      'Ask again for what the queue lost, at a pace; to be called until there is no next cursor',
    body: recovery,
    status: 202,
    response: z.object({
      ...message,
      examined: z.number().int().meta({ description: 'Open and other deliveries looked at' }),
      overdue: z.number().int().meta({
        description:
          'Deliveries whose next attempt was asked for again; in a dry run those that would be',
      }),
      jobs: z.array(z.string()).meta({
        description:
          'Subscriptions and replays whose work was lost and goes on; looked for where no cursor is given',
      }),
      last_due_at: time
        .nullable()
        .meta({ description: 'When the last attempt is due: go on then to keep the pace' }),
      ...nextCursor,
    }),
    problems: ['malformed-json', 'unsupported-media-type', 'payload-too-large', 'invalid-cursor'],
  },

  getLedger: {
    method: 'GET',
    path: '/api/ledger',
    function: 'api',
    access: 'read',
    summary: 'Set what was accepted against what became of it, and name what is missing',
    query: z.strictObject({
      since: instant.optional().meta({ description: 'RFC 3339; from its hour on' }),
      until: instant.optional().meta({ description: 'RFC 3339; up to its hour' }),
      cursor: z.string().min(1).max(2_048).optional(),
    }),
    status: 200,
    response: z.object({
      since: time,
      until: time,
      hours: z.array(ledgerHour).meta({
        description: 'Hours in which something was accepted. One may go on in the next page',
      }),
      missing: z.array(missingDelivery),
      ...nextCursor,
    }),
    problems: ['invalid-cursor'],
  },
} as const satisfies Record<string, Route>;

export type LedgerHourResource = z.infer<typeof ledgerHour>;
export type MissingDeliveryResource = z.infer<typeof missingDelivery>;
