// What the publish function answers: ingest. Headers say what the event is; the body stays bytes.
import { publishEvent } from '../operations/publish-event.ts';
import type { RouteHandlers } from './route-handler.ts';

export const publishHandlers: RouteHandlers<'publish'> = {
  ingest: async (context, { caller, sourceAddress, params, query, headers, body }) => {
    const published = await publishEvent(context, {
      caller,
      sourceAddress,
      subscriptionId: params.id,
      eventType: headers['x-event-type'] ?? query.event_type ?? null,
      contentType: headers['content-type'] ?? null,
      contentEncoding: headers['content-encoding'] ?? null,
      headers,
      idempotencyKey: headers['idempotency-key'] ?? null,
      hops: Number(headers['webhook-hops'] ?? 0),
      body,
    });
    if (published.kind === 'accepted') {
      return { message: 'Webhook accepted for delivery', delivery_id: published.deliveryId };
    }
    const { eventType } = published;
    const what = eventType === null ? 'without a type' : `of type: ${eventType}`;
    return { message: `Subscription does not accept events ${what}`, status: 'rejected' };
  },
};
