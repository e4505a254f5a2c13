// Counters as the API shows them.
import * as z from 'zod';

const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

const statusCounts = z.object({
  pending: z.number().int(),
  retrying: z.number().int(),
  parked: z.number().int(),
  delivered: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
});

export const stats = z
  .object({
    since: time,
    until: time,
    total: z.number().int(),
    by_status: statusCounts,
    success_rate: z.number().nullable().meta({
      description:
        'Percentage of finished deliveries that were delivered; null while none is finished',
    }),
    attempts: z.number().int(),
    average_attempts: z.number().nullable().meta({
      description:
        'Attempts per delivery that is pending, retrying, delivered or failed; null while there is none',
    }),
    latency_ms: z
      .object({ p50: z.number(), p95: z.number(), p99: z.number() })
      .nullable()
      .meta({ description: 'Attempt durations, estimated from a histogram' }),
    hourly: z.array(
      z.object({
        hour: time,
        total: z.number().int(),
        ...statusCounts.shape,
        attempts: z.number(),
      }),
    ),
  })
  .meta({ id: 'Stats' });

export type StatsResource = z.infer<typeof stats>;
