// Cancels an open delivery. Messages still in flight find a final state and are skipped.
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { DeliveryId } from '../../core/ids.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import { statsDelta } from '../../core/ledger/stats.ts';
import { cancel } from '../../core/deliveries/transitions.ts';
import type { Context } from '../context.ts';
import { countChanges } from '../ledger/count-changes.ts';
import { findDelivery } from './find-delivery.ts';

/**
 * A worker may record an attempt between read and write; losing more often than this is a conflict.
 */
const triesMax = 3;

export async function cancelDelivery(
  context: Context,
  tenant: string,
  id: DeliveryId,
): Promise<Delivery> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const delivery = await findDelivery(context, tenant, id);
    const next = cancel(delivery, {
      reason: 'requested',
      now: context.clock.now(),
      retentionMs: context.rules.retentionMs,
    });
    if (next === null) {
      throw new ServiceError('conflict', `The delivery is already ${delivery.status}`);
    }
    if ((await context.deliveries.transition(delivery, next)) === 'applied') {
      await countChanges(context, [statsDelta(delivery, next, null)]);
      return next;
    }
  }
  throw new ServiceError('conflict', 'The delivery keeps changing; retry');
}
