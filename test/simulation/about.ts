// Which deliveries a batch may cost another request, should its process die.
import type { DeliveryId, SubscriptionId } from '../../lambdas/core/ids.ts';
import { deliveryOf } from './queue.ts';
import type { Envelope } from './queue.ts';
import type { Database } from './store.ts';

export function aboutBatch(batch: readonly Envelope[], database: Database): DeliveryId[] {
  return batch.flatMap(({ message }) => {
    if (message === null) return [];
    if (message.kind === 'attempt') return deliveryOf(message);
    // A step of a replay job that is done again costs no request.
    if (message.kind === 'replay') return [];
    if (message.kind === 'announce') return [];
    return database.idsOf.get(message.subscriptionId as SubscriptionId) ?? [];
  });
}
