// A replay: a new attempt cycle now, from any state. Message first, row last, as in accepting: a message whose cycle
// the row does not know yet waits for it, and is dropped if it never comes.
import type { Delivery } from '../core/delivery.ts';
import { heldBackBy } from '../core/health.ts';
import type { DeliveryId } from '../core/ids.ts';
import { turnFrom } from '../core/ids.ts';
import { ServiceError } from '../core/service-error.ts';
import { statsDelta } from '../core/stats.ts';
import { replay } from '../core/transitions.ts';
import { attemptRequest } from './accept-event.ts';
import type { Context } from './context.ts';
import { countChanges } from './count-changes.ts';
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
  const turn = turnFrom(context.chance.bytes(5));
  const next = replay(delivery, { at: now, heldBackBy: heldBackBy(subscription), turn });
  if (next.status === 'pending') await context.queue.send([attemptRequest(next, turn, now)]);
  if ((await context.deliveries.transition(delivery, next)) === 'superseded') {
    throw new ServiceError('conflict', 'The delivery changed at the same time; look again');
  }
  await countChanges(context, [statsDelta(delivery, next, null)]);
  return next;
}
