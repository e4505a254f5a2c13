// What the service says of itself to whoever operates it: the closed list of its events, as the event bus and operator's
// subscriptions get them. They carry ids, names and reasons, never payloads, URLs or secrets.
import * as z from 'zod';

const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

const subscription = {
  tenant: z.string(),
  subscription_id: z.string(),
  subscription_name: z.string().nullable(),
};

function eventOf<const Type extends string, Data extends z.ZodRawShape>(type: Type, data: Data) {
  return z.object({
    type: z.literal(type),
    timestamp: time.meta({ description: 'When it happened' }),
    data: z.object({ ...subscription, ...data }),
  });
}

/** By what happened. */
export const operationalEvents = {
  disabled: eventOf('webhook.subscription.disabled', {
    reason: z.enum(['gone', 'failing']).nullable().meta({
      description:
        'The endpoint asked for no more, or failed for days; null where somebody has made the subscription active since',
    }),
  }).meta({ description: 'The service made a subscription inactive' }),
  circuit_opened: eventOf('webhook.circuit.opened', {
    failing_since: time.nullable().meta({ description: 'Nothing but failures since then' }),
  }).meta({ description: 'An endpoint failed so often that its deliveries park' }),
  circuit_closed: eventOf('webhook.circuit.closed', {}).meta({
    description: 'The endpoint works again, or somebody said that it does',
  }),
  backlog_drained: eventOf('webhook.backlog.drained', {}).meta({
    description: 'What was parked has all been asked for again',
  }),
  delivery_failed: eventOf('webhook.delivery.failed', {
    delivery_id: z.string(),
    event_type: z.string().nullable(),
    reason: z.enum(['exhausted', 'gone', 'aborted']).nullable().meta({
      description: 'Null where somebody has asked for a replay since',
    }),
    attempts: z.number().int().meta({ description: 'Of the delivery so far' }),
    last_status_code: z.number().int().nullable(),
    last_error_code: z.string().nullable(),
  }).meta({ description: 'A delivery failed for good' }),
} as const;

/** What rules of the event bus know them by, beside their type. */
export const eventSource = 'webhook-delivery';

export type OperationalEventType = OperationalEvent['type'];
export type OperationalEvent = z.infer<(typeof operationalEvents)[keyof typeof operationalEvents]>;
