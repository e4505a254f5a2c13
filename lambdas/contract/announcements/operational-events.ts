// What the service reports to its operator: the closed list of operational events, as the event bus
// and operator subscriptions receive them. They carry ids, names and reasons, never payloads, URLs
// or secrets.
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
        'The endpoint opted out, or failed for days; null if the subscription has been reactivated since',
    }),
  }).meta({ description: 'The service deactivated a subscription' }),
  circuit_opened: eventOf('webhook.circuit.opened', {
    failing_since: time.nullable().meta({ description: 'Every attempt has failed since then' }),
  }).meta({ description: 'An endpoint failed so often that its deliveries are parked' }),
  circuit_closed: eventOf('webhook.circuit.closed', {}).meta({
    description: 'The endpoint works again, or somebody declared that it does',
  }),
  backlog_drained: eventOf('webhook.backlog.drained', {}).meta({
    description: 'All parked deliveries have been queued again',
  }),
  delivery_failed: eventOf('webhook.delivery.failed', {
    delivery_id: z.string(),
    event_type: z.string().nullable(),
    reason: z.enum(['exhausted', 'gone', 'aborted']).nullable().meta({
      description: 'Null if a replay has been requested since',
    }),
    attempts: z.number().int().meta({ description: 'Attempts of the delivery so far' }),
    last_status_code: z.number().int().nullable(),
    last_error_code: z.string().nullable(),
  }).meta({ description: 'A delivery failed permanently' }),
} as const;

/** The source that event bus rules match on, besides the type. */
export const eventSource = 'webhook-delivery';

export type OperationalEventType = OperationalEvent['type'];
export type OperationalEvent = z.infer<(typeof operationalEvents)[keyof typeof operationalEvents]>;
