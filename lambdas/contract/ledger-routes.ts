// The route of the ledger.
import * as z from 'zod';
import type { Route } from './route.ts';
import { instant, nextCursor } from './route.ts';

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

export const ledgerRoutes = {
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
