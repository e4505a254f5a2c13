// What a deployment runs with, as the API shows it.
import * as z from 'zod';
import { retrySchedule } from './resources.ts';

const perSecond = z.number().int().nullable().meta({
  description: 'Per subscription and per API key; null means unlimited',
});

export const settings = z
  .object({
    retry_schedule: retrySchedule,
    delivery_timeout_ms: z.number().int(),
    retention_hours: z.number().int(),
    body_bytes_max: z.number().int(),
    untyped_events: z.enum(['deliver', 'reject']),
    operational_events: z.enum(['on', 'off']),
    ingest_events_per_second: perSecond,
    ingest_bytes_per_second: perSecond,
    subscriptions_max: z.number().int(),
    parked_events_max: z.number().int(),
  })
  .meta({ id: 'Settings' });

export type SettingsResource = z.infer<typeof settings>;
