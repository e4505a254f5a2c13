// The publish function's handlers: ingest. Headers describe the event; the body stays bytes.
import { answerCheck } from '../../operations/events/answer-check.ts';
import { publishEvent } from '../../operations/events/publish-event.ts';
import { jsonResponse, OtherAnswer, textResponse } from '../http/response.ts';
import type { RouteHandlers } from '../http/route-handler.ts';

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
    switch (published.kind) {
      case 'accepted':
        return { message: 'Webhook accepted for delivery', delivery_id: published.deliveryId };
      case 'greeted':
        return new OtherAnswer(jsonResponse(200, published.answer));
      case 'filtered': {
        const { eventType } = published;
        const what = eventType === null ? 'without a type' : `of type: ${eventType}`;
        return { message: `Subscription does not accept events ${what}`, status: 'rejected' };
      }
    }
  },
  checkIngest: async (context, { sourceAddress, params, query, headers }) => {
    const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query;
    const answer = await answerCheck(context, {
      sourceAddress,
      subscriptionId: params.id,
      hub: { mode, token, challenge },
      headers,
    });
    if (answer === null) return { message: 'POST events here' };
    const response =
      answer.kind === 'text' ? textResponse(answer.value) : jsonResponse(200, answer.value);
    return new OtherAnswer(response);
  },
};
