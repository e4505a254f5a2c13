// Some dozens of deliveries, in every status that there is.
import type { DeliveryStatus } from '../../../lambdas/core/deliveries/delivery.ts';
import type { SubscriptionFields } from '../../../lambdas/contract/http/resources.ts';
import type { Answer } from '../../support/receiver.ts';
import { publish, untilStatus } from './given.ts';
import type { Stand } from './stand.ts';

type Seeded = { subscriptionId: string; deliveryIds: string[] };
export type Seed = Record<'orders' | 'billing' | 'warehouse' | 'partner' | 'slow', Seeded>;

type Plan = {
  fields: SubscriptionFields;
  answer: Answer;
  count: number;
  /** What the deliveries come to. */
  status: DeliveryStatus;
};

const types = ['order.created', 'order.updated', 'user.created', 'payment.succeeded'];

const plans: Record<keyof Seed, Plan> = {
  orders: {
    fields: { name: 'Order service', event_types: ['order.*', 'user.created', 'payment.*'] },
    answer: { body: '{"received":true}', headers: { 'content-type': 'application/json' } },
    count: 18,
    status: 'delivered',
  },
  billing: {
    fields: { name: 'Billing', secret: 'seeded-secret', retry_schedule: [], event_types: null },
    answer: { status: 500, body: '{"error":"the ledger is closed"}' },
    count: 6,
    status: 'failed',
  },
  warehouse: {
    fields: { name: 'Warehouse', retry_schedule: [3_600], custom_headers: { 'X-Site': 'north' } },
    answer: { status: 503, body: 'overloaded' },
    count: 6,
    status: 'retrying',
  },
  partner: {
    fields: { name: 'Partner (paused)', status: 'inactive' },
    answer: {},
    count: 4,
    status: 'parked',
  },
  // The rate allows one attempt at once: the others wait for theirs.
  slow: {
    fields: { name: 'Slow archive', rate_limit: { per_second: 0.01, burst: 1 } },
    answer: {},
    count: 4,
    status: 'pending',
  },
};

export async function seed(stand: Stand): Promise<Seed> {
  const entries = await Promise.all(
    Object.entries(plans).map(async ([name, plan]) => [name, await carryOut(stand, plan)] as const),
  );
  const seeded = Object.fromEntries(entries) as Seed;
  for (const id of seeded.warehouse.deliveryIds.slice(0, 2)) {
    await stand.api.call('cancelDelivery', { id });
  }
  return seeded;
}

async function carryOut(stand: Stand, { fields, answer, count, status }: Plan): Promise<Seeded> {
  const { url } = stand.receiver.endpoint(answer);
  const body = { target_url: url, ...fields };
  const { subscription } = await stand.api.call('createSubscription', { body });
  const deliveryIds: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const event = {
      type: types[number % types.length] ?? '',
      payload: { order_id: 1_000 + number, total: 19.9, customer: 'Ada Lovelace' },
    };
    deliveryIds.push(await publish(stand, subscription.id, event));
  }
  await untilStatus(stand, deliveryIds.at(-1) ?? '', status);
  return { subscriptionId: subscription.id, deliveryIds };
}
