// Handlers of the delivery routes.
import type { deliveryRoutes } from '../../contract/deliveries/delivery-routes.ts';
import { isSubscriptionId } from '../../core/ids.ts';
import type { SubscriptionId } from '../../core/ids.ts';
import type { DeliveryQuery } from '../../core/ports.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import { cancelDelivery } from '../../operations/deliveries/cancel-delivery.ts';
import { findSubscription } from '../../operations/subscriptions/find-subscription.ts';
import { listDeliveries } from '../../operations/deliveries/list-deliveries.ts';
import { retryDelivery } from '../../operations/deliveries/retry-delivery.ts';
import { deliveryIdFrom, subscriptionIdFrom } from '../http/params.ts';
import {
  attemptResource,
  deliveryResource,
  deliveryWithPayloadResource,
} from '../http/resources.ts';
import type { Call, HandlersFor } from '../http/route-handler.ts';

export const deliveryHandlers: HandlersFor<keyof typeof deliveryRoutes> = {
  listDeliveries: async (context, { caller, query }) => {
    const { subscription_id: asked } = query;
    // An invalid id matches no subscription, and a missing subscription has no deliveries.
    if (asked !== undefined && !isSubscriptionId(asked))
      return { deliveries: [], next_cursor: null };
    const page = await listDeliveries(context, deliveryQuery(caller.tenant, asked ?? null, query));
    return { deliveries: page.items.map(deliveryResource), next_cursor: page.nextCursor };
  },

  listSubscriptionDeliveries: async (context, { caller, params, query }) => {
    const { id } = await findSubscription(context, caller.tenant, subscriptionIdFrom(params));
    const page = await listDeliveries(context, deliveryQuery(caller.tenant, id, query));
    return {
      subscription_id: id,
      deliveries: page.items.map(deliveryResource),
      next_cursor: page.nextCursor,
    };
  },

  getDelivery: async (context, { caller, params }) => {
    const id = deliveryIdFrom(params);
    const detail = await context.deliveries.detail(caller.tenant, id);
    if (detail === undefined) throw new ServiceError('not-found', 'Delivery not found');
    return {
      delivery: deliveryWithPayloadResource(detail),
      attempts: detail.attempts.map((attempt) => attemptResource(id, attempt)),
    };
  },

  retryDelivery: async (context, { caller, params }) => {
    const delivery = await retryDelivery(context, caller.tenant, deliveryIdFrom(params));
    return { message: 'Delivery will be sent again', delivery: deliveryResource(delivery) };
  },

  cancelDelivery: async (context, { caller, params }) => {
    const delivery = await cancelDelivery(context, caller.tenant, deliveryIdFrom(params));
    return { message: 'Delivery cancelled', delivery: deliveryResource(delivery) };
  },
};

function deliveryQuery(
  tenant: string,
  subscriptionId: SubscriptionId | null,
  query: Call<'listSubscriptionDeliveries'>['query'],
): DeliveryQuery {
  const { status, event_type, error_code, since, until, limit, cursor } = query;
  return {
    tenant,
    subscriptionId,
    status: status ?? null,
    eventType: event_type ?? null,
    errorCode: error_code ?? null,
    since: since ?? null,
    until: until ?? null,
    limit,
    cursor: cursor ?? null,
  };
}
