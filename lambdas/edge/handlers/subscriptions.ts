// Handlers of the subscription routes.
import type { subscriptionRoutes } from '../../contract/subscriptions/subscription-routes.ts';
import { memberText } from '../../core/events/json-member.ts';
import { bytesOf } from '../../core/events/payload.ts';
import { createSubscription } from '../../operations/subscriptions/create-subscription.ts';
import { deleteSubscription } from '../../operations/subscriptions/delete-subscription.ts';
import { findSubscription } from '../../operations/subscriptions/find-subscription.ts';
import { getBacklog } from '../../operations/endpoints/get-health.ts';
import { rotateSecret } from '../../operations/subscriptions/rotate-secret.ts';
import { testSubscription } from '../../operations/subscriptions/test-subscription.ts';
import { updateSubscription } from '../../operations/subscriptions/update-subscription.ts';
import { subscriptionIdFrom } from '../http/params.ts';
import { healthResource, subscriptionResource } from '../http/resources.ts';
import type { Call, HandlersFor, RouteHandler } from '../http/route-handler.ts';

/** PUT changes only the given fields, as the seed's did, so PATCH does the same. */
const changeFields: RouteHandler<'replaceSubscription' | 'updateSubscription'> = async (
  context,
  { caller, params, body },
) => {
  const key = { tenant: caller.tenant, id: subscriptionIdFrom(params) };
  const subscription = await updateSubscription(context, key, body);
  return {
    message: 'Subscription updated successfully',
    subscription: subscriptionResource(subscription),
  };
};

/** A payload is sent as written, byte for byte. */
function sampleBody({ body, rawBody }: Call<'testSubscription'>): Uint8Array | null {
  const { payload, payload_raw: raw, payload_encoding: encoding = 'utf-8' } = body;
  if (raw !== undefined) return bytesOf(raw, encoding);
  if (payload === undefined || payload === null) return null;
  const written = memberText(new TextDecoder().decode(rawBody), 'payload');
  return written === null ? null : Buffer.from(written);
}

export const subscriptionHandlers: HandlersFor<keyof typeof subscriptionRoutes> = {
  listSubscriptions: async (context, { caller, query }) => {
    const { limit, cursor = null } = query;
    const page = await context.subscriptions.list(caller.tenant, { limit, cursor });
    return {
      subscriptions: page.items.map(subscriptionResource),
      next_cursor: page.nextCursor,
    };
  },

  createSubscription: async (context, { caller, body }) => {
    const subscription = await createSubscription(context, caller.tenant, body);
    return {
      message: 'Subscription created successfully',
      subscription: subscriptionResource(subscription),
    };
  },

  getSubscription: async (context, { caller, params }) => {
    const id = subscriptionIdFrom(params);
    const subscription = await findSubscription(context, caller.tenant, id);
    return { subscription: subscriptionResource(subscription) };
  },

  getSubscriptionHealth: async (context, { caller, params }) => {
    const id = subscriptionIdFrom(params);
    const subscription = await findSubscription(context, caller.tenant, id);
    return healthResource(subscription, await getBacklog(context, subscription));
  },

  replaceSubscription: changeFields,
  updateSubscription: changeFields,

  deleteSubscription: async (context, { caller, params }) => {
    await deleteSubscription(context, caller.tenant, subscriptionIdFrom(params));
    return { message: 'Subscription deleted successfully' };
  },

  rotateSecret: async (context, { caller, params, body }) => {
    const key = { tenant: caller.tenant, id: subscriptionIdFrom(params) };
    const { subscription, sharedSecret } = await rotateSecret(context, key, body);
    return {
      message: 'Secret rotated successfully',
      secret: sharedSecret,
      subscription: subscriptionResource(subscription),
    };
  },

  testSubscription: async (context, call) => {
    const { caller, params, body } = call;
    const subscription = await findSubscription(context, caller.tenant, subscriptionIdFrom(params));
    const { event_type: eventType = null, content_type: contentType = null } = body;
    const sample = { eventType, contentType, body: sampleBody(call) };
    const deliveryId = await testSubscription(context, subscription, sample);
    return { message: 'Test event accepted for delivery', delivery_id: deliveryId };
  },
};
