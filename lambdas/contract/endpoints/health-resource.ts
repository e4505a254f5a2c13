// The health of a subscription's endpoint, and its rate limit, as the API shows them.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';

const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

export const healthState = z.enum(['healthy', 'failing', 'open', 'recovering', 'inactive']).meta({
  description:
    '`open`: the circuit is open and deliveries are parked; `recovering`: they are being sent',
});

export const healthEventKind = z.enum([
  'circuit_opened',
  'circuit_closed',
  'backlog_drained',
  'disabled',
]);

export const rateLimit = z.strictObject({
  per_second: z.number().min(limits.rateLimitPerSecondMin).max(limits.rateLimitPerSecondMax),
  burst: z.number().int().min(1).max(limits.rateLimitBurstMax),
});

export const health = z
  .object({
    subscription_id: z.string(),
    state: healthState,
    since: time.meta({ description: 'When the circuit last opened or closed' }),
    failing_since: time.nullable().meta({ description: 'Every attempt has failed since then' }),
    next_probe_at: time.nullable(),
    probes: z.number().int().meta({ description: 'Probes sent since the circuit opened' }),
    held_until: time
      .nullable()
      .meta({ description: 'When the pause that the endpoint requested ends' }),
    backlog: z.object({
      parked: z.number().int(),
      complete: z.boolean().meta({ description: 'False if there are more than were counted' }),
      deliveries_per_second: z.number().meta({ description: 'The pace at which it is sent' }),
      estimated_drain_seconds: z.number().int(),
    }),
    history: z.array(z.object({ at: time, event: healthEventKind })),
  })
  .meta({ id: 'Health' });

export type HealthResource = z.infer<typeof health>;
