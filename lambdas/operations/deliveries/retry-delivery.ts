// A replay: a new attempt cycle now, from any state. Message first, row last, as when accepting: a
// message whose cycle the row does not know yet waits for it, and is dropped if it never comes.
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { heldBackBy } from '../../core/endpoints/health.ts';
import type { DeliveryId } from '../../core/ids.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import { statsDelta } from '../../core/ledger/stats.ts';
import { askForReplay } from '../replays/ask-for-replay.ts';
import type { Context } from '../context.ts';
import { countChanges } from '../ledger/count-changes.ts';
import { findDelivery } from './find-delivery.ts';

export async function retryDelivery(
  context: Context,
  tenant: string,
  id: DeliveryId,
): Promise<Delivery> {
  const delivery = await findDelivery(context, tenant, id);
  const subscription = await context.subscriptions.get(tenant, delivery.subscriptionId);
  if (subscription === undefined) {
    throw new ServiceError('conflict', 'The subscription of this delivery was deleted');
  }
  const now = context.clock.now();
  const start = { heldBackBy: heldBackBy(subscription), at: now };
  const { next, message } = askForReplay(context, delivery, { start, now });
  if (message !== null) await context.queue.send([{ ...message, isUrgent: true }]);
  if ((await context.deliveries.transition(delivery, next)) === 'superseded') {
    throw new ServiceError('conflict', 'The delivery changed concurrently; fetch it again');
  }
  await countChanges(context, [statsDelta(delivery, next, null)]);
  return next;
}
