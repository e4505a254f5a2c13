// What a test finds before it opens the page: subscriptions with their endpoints, and deliveries. Made through the API.
import type { SubscriptionFields } from '../../../lambdas/contract/http/resources.ts';
import type { DeliveryStatus } from '../../../lambdas/core/deliveries/delivery.ts';
import type { Answer, Endpoint } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';
import type { Stand } from './stand.ts';

const settlesWithinMs = 60_000;

export type Given = { id: string; name: string; endpoint: Endpoint };

/** The name is the test's own, so that no other subscription of the file is taken for it. */
export async function subscribe(
  { api, receiver }: Stand,
  { name = 'Endpoint', ...fields }: SubscriptionFields = {},
  ...answers: Answer[]
): Promise<Given> {
  const endpoint = receiver.endpoint(...answers);
  const own = `${name} ${crypto.randomUUID().slice(0, 8)}`;
  const body = { target_url: endpoint.url, ...fields, name: own };
  const { subscription } = await api.call('createSubscription', { body });
  return { id: subscription.id, name: own, endpoint };
}

const sample = { order_id: 1_000, total: 19.9, customer: 'Ada Lovelace' };

type Event = { type?: string; payload?: unknown };

/** The service's own key may publish where a signature would be asked of others. */
export async function publish(
  { api }: Stand,
  subscriptionId: string,
  { type = 'order.created', payload = sample }: Event = {},
): Promise<string> {
  const body = { event_type: type, payload };
  const { delivery_id: id } = await api.call('testSubscription', { id: subscriptionId, body });
  return id;
}

export async function untilStatus(
  { api }: Stand,
  id: string,
  status: DeliveryStatus,
): Promise<void> {
  await until(
    `the delivery is ${status}`,
    async () => {
      const { delivery } = await api.call('getDelivery', { id });
      return delivery.status === status || undefined;
    },
    settlesWithinMs,
  );
}
