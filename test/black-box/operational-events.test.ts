// What an operator's subscription is told. It hears of the whole tenant, so each test looks for what is about its own.
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import type { TestContext } from 'vitest';
import type { SubscriptionFields } from '../../lambdas/contract/http/resources.ts';
import type { Received } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import {
  api,
  changeAndSettle,
  deliveryInStatus,
  ingest,
  newSecret,
  patienceMs,
  subscribe,
} from './setup.ts';

type Told = { type: string; timestamp: string; data: Record<string, unknown> };

/** Gone when its test is over: a tenant may have a few at a time. */
async function operate({ onTestFinished }: TestContext, fields: SubscriptionFields = {}) {
  const secret = newSecret();
  const operator = await subscribe({ secret, operational_events: true, ...fields });
  onTestFinished(async () => {
    await api.call('deleteSubscription', { id: operator.id });
  });
  await changeAndSettle(operator.id, {});
  const about = (id: string) =>
    operator.endpoint.requests
      .filter(({ body }) => toldBy(body).data['subscription_id'] === id)
      .map((request) => ({ request, told: verified(secret, request) }));
  /** What the operator was told of a subscription, once it was told that. */
  const toldOf = (id: string, type: string) =>
    until(
      `the operator is told: ${type}`,
      async () => {
        const all = about(id);
        return all.some(({ told }) => told.type === type) ? all : undefined;
      },
      patienceMs,
    );
  return { ...operator, about, toldOf };
}

const toldBy = (body: Buffer) => JSON.parse(body.toString()) as Told;

/** As the reference library reads it, which throws where the signature does not fit. */
function verified(secret: string, { body, headers }: Received): Told {
  return new Webhook(secret).verify(body.toString(), { ...headers }) as Told;
}

test("a gone endpoint's subscription is announced as disabled, signed, once", async (context) => {
  const operator = await operate(context, { event_types: ['webhook.subscription.*'] });
  const { id } = await subscribe({ name: 'Shop' }, { status: 410 });
  await deliveryInStatus(await ingest(id), 'failed');
  const [first, ...others] = await operator.toldOf(id, 'webhook.subscription.disabled');
  expect(others).toEqual([]);
  expect(first!.told).toEqual({
    type: 'webhook.subscription.disabled',
    timestamp: expect.stringMatching(/^\d{4}-.+Z$/),
    data: {
      tenant: 'default',
      subscription_id: id,
      subscription_name: 'Shop',
      reason: 'gone',
    },
  });
  const { headers } = first!.request;
  expect(headers['x-event-type']).toBe('webhook.subscription.disabled');
  const { delivery } = await deliveryInStatus(headers['webhook-id']!, 'delivered');
  expect(delivery).toMatchObject({
    subscription_id: operator.id,
    event_type: 'webhook.subscription.disabled',
  });
  const { history } = await api.call('getSubscriptionHealth', { id });
  expect(history).toEqual([{ at: first!.told.timestamp, event: 'disabled' }]);
});

test('a delivery that fails for good is announced, one that is delivered is not', async (context) => {
  const operator = await operate(context);
  const { id } = await subscribe({ retry_schedule: [1] }, {}, { status: 503 });
  await deliveryInStatus(await ingest(id), 'delivered');
  const failed = await ingest(id);
  const { attempts } = await deliveryInStatus(failed, 'failed');
  const [first, ...others] = await operator.toldOf(id, 'webhook.delivery.failed');
  expect(others).toEqual([]);
  expect(first!.told.data).toEqual({
    tenant: 'default',
    subscription_id: id,
    subscription_name: null,
    delivery_id: failed,
    event_type: null,
    reason: 'exhausted',
    attempts: attempts.length,
    last_status_code: 503,
    last_error_code: 'http_error',
  });
});

test("an operator's endpoint that fails is retried, and its failures are told to no operator", async (context) => {
  const broken = await operate(context, { retry_schedule: [] });
  broken.endpoint.answer({ status: 500 });
  const other = await operate(context);
  const { id } = await subscribe({ retry_schedule: [] }, { status: 500 });
  await deliveryInStatus(await ingest(id), 'failed');
  const [told] = await broken.toldOf(id, 'webhook.delivery.failed');
  await deliveryInStatus(told!.request.headers['webhook-id']!, 'failed');
  await other.toldOf(id, 'webhook.delivery.failed');
  // What comes after is in order: had the failure of the operator's been announced, it would be here before this.
  const { id: last } = await subscribe({ retry_schedule: [] }, { status: 500 });
  await deliveryInStatus(await ingest(last), 'failed');
  await other.toldOf(last, 'webhook.delivery.failed');
  expect(other.about(broken.id)).toEqual([]);
});
