// The current delivery by id, or a 404 that does not distinguish an expired one from one that never
// existed.
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { DeliveryId } from '../../core/ids.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Context } from '../context.ts';

export async function findDelivery(
  context: Pick<Context, 'deliveries' | 'clock'>,
  tenant: string,
  id: DeliveryId,
): Promise<Delivery> {
  const loaded = await context.deliveries.load(tenant, [id]);
  const delivery = loaded.get(id)?.delivery;
  if (delivery === undefined || (delivery.expiresAt ?? Infinity) <= context.clock.now()) {
    throw new ServiceError('not-found', 'Delivery not found');
  }
  return delivery;
}
