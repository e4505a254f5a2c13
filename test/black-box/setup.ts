// What every test of the suite starts from: the API, a receiver of the file's own, and the moves most tests make.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, inject } from 'vitest';
import type { SubscriptionFields } from '../../lambdas/contract/http/resources.ts';
import type { DeliveryStatus } from '../../lambdas/core/deliveries/delivery.ts';
import { apiOf } from '../support/api.ts';
import type { Input, Output } from '../support/api.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Answer, Endpoint, Receiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

export const target = inject('target');
export const api = apiOf(target);
export const patienceMs = target.PATIENCE_MS;
/** One process sees its own changes at once; elsewhere every function has a memo of its own. */
const settleMs = target.SUBSCRIPTION_MEMO_MS;

let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver({
    host: target.RECEIVER_HOST,
    port: target.RECEIVER_PORT,
    publicUrl: target.RECEIVER_URL ?? null,
  });
});

afterAll(() => receiver.close());

/** `whsec_` and 32 random bytes, as Standard Webhooks wants it. */
export function newSecret(): string {
  return `whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')}`;
}

export function newEndpoint(...answers: Answer[]): Endpoint {
  return receiver.endpoint(...answers);
}

export type Subscribed = { id: string; endpoint: Endpoint };

/** A subscription of the test's own, to an endpoint of its own that gives these answers. */
export async function subscribe(
  fields: SubscriptionFields = {},
  ...answers: Answer[]
): Promise<Subscribed> {
  const endpoint = newEndpoint(...answers);
  const body = { target_url: endpoint.url, ...fields };
  const { subscription } = await api.call('createSubscription', { body });
  return { id: subscription.id, endpoint };
}

/** Ingests an event that must be accepted; gives the id of its delivery. */
export async function ingest(id: string, input: Omit<Input, 'id'> = {}): Promise<string> {
  const answer = await api.call('ingest', { body: { n: 1 }, ...input, id });
  if (answer.delivery_id === undefined) throw new Error(`Not accepted: ${answer.message}`);
  return answer.delivery_id;
}

/** The delivery once it satisfies the condition. */
export function deliveryWhen(
  id: string,
  what: string,
  holds: (found: Output<'getDelivery'>) => boolean,
): Promise<Output<'getDelivery'>> {
  const ask = async () => {
    const found = await api.call('getDelivery', { id });
    return holds(found) ? found : undefined;
  };
  return until(`delivery ${id} is ${what}`, ask, patienceMs);
}

export function deliveryInStatus(
  id: string,
  status: DeliveryStatus,
): Promise<Output<'getDelivery'>> {
  return deliveryWhen(id, status, ({ delivery }) => delivery.status === status);
}

/** A change that the service has seen everywhere: no memo can hold the old subscription any more. */
export async function changeAndSettle(id: string, body: SubscriptionFields): Promise<void> {
  await api.call('updateSubscription', { id, body });
  await wait(settleMs);
}
