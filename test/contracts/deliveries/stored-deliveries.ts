// Deliveries as the suites of the DeliveryStore need them.
import { expect } from 'vitest';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { DeliveryStore } from '../../../lambdas/core/ports.ts';
import { aDelivery, aTenant, changed, noon } from '../../support/factories.ts';

export const minute = 60_000;

export const aBody = () => new TextEncoder().encode('{"amount":12}');

/** Commits a delivery of a tenant of its own. */
export async function committed(
  store: DeliveryStore,
  fields: Partial<Delivery> = {},
  body: Uint8Array = aBody(),
): Promise<Delivery> {
  const delivery = aDelivery({ tenant: aTenant(), ...fields });
  expect(await store.commit(delivery, body)).toBe('committed');
  return delivery;
}

/** Accepts a delivery and brings it to its status by a change, as the service does. */
export async function stored(store: DeliveryStore, fields: Partial<Delivery>): Promise<Delivery> {
  const { status = 'pending', expiresAt = null } = fields;
  if (status === 'pending') {
    const delivery = aDelivery(fields);
    await store.commit(delivery, aBody());
    return delivery;
  }
  const accepted = aDelivery({
    ...fields,
    status: 'pending',
    expiresAt: null,
    lastErrorCode: null,
  });
  const { lastErrorCode = null } = fields;
  const delivery = changed(accepted, { status, expiresAt, lastErrorCode });
  await store.commit(accepted, aBody());
  await store.transition(accepted, delivery);
  return delivery;
}

export async function storedMany(
  store: DeliveryStore,
  count: number,
  fields: Partial<Delivery>,
): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  for (let index = 0; index < count; index += 1) {
    const createdAt = (fields.createdAt ?? noon) + index * minute;
    deliveries.push(await stored(store, { ...fields, createdAt }));
  }
  return deliveries;
}
