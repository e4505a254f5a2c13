// Ids in paths. A malformed id is treated like one that does not exist.
import type { DeliveryId, ReplayId, SubscriptionId } from '../../core/ids.ts';
import { isDeliveryId, isReplayId, isSubscriptionId } from '../../core/ids.ts';
import { ServiceError } from '../../core/shared/service-error.ts';

export function subscriptionIdFrom(params: { id: string }): SubscriptionId {
  if (isSubscriptionId(params.id)) return params.id;
  throw new ServiceError('not-found', 'Subscription not found');
}

export function deliveryIdFrom(params: { id: string }): DeliveryId {
  if (isDeliveryId(params.id)) return params.id;
  throw new ServiceError('not-found', 'Delivery not found');
}

export function replayIdFrom(params: { id: string }): ReplayId {
  if (isReplayId(params.id)) return params.id;
  throw new ServiceError('not-found', 'Replay not found');
}
