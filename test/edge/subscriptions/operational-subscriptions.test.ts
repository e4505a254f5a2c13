// Operator's subscriptions as a caller makes them.
import { expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import type { SubscriptionResource } from '../../../lambdas/contract/http/resources.ts';
import type { Answer } from '../../support/service.ts';
import { createService } from '../../support/service.ts';

const body = { target_url: 'https://operations.example.com/hooks', operational_events: true };

const subscriptionOf = ({ json }: Answer) => json['subscription'] as SubscriptionResource;

test("a subscription becomes an operator's by a field, and stays one until the field says no", async () => {
  const service = createService();
  const made = subscriptionOf(await service.call('createSubscription', { body }));
  expect(made.operational_events).toBe(true);
  const { id } = made;
  const changed = (fields: object) => service.call('updateSubscription', { id, body: fields });
  expect(subscriptionOf(await changed({ name: 'On call' })).operational_events).toBe(true);
  const turnedOff = await changed({ operational_events: false });
  expect(subscriptionOf(turnedOff).operational_events).toBe(false);
});

test('only an admin makes one', async () => {
  const service = createService({ settings: { API_AUTH: 'on' } });
  for (const scope of ['read', 'publish'] as const) {
    const key = await service.addKey([scope]);
    expect(await service.call('createSubscription', { key, body })).toMatchObject({ status: 403 });
  }
});

test('there are a few of them at most, and one of them can still be changed', async () => {
  const service = createService();
  const made = [];
  for (let count = 0; count < limits.operationalSubscriptionsMax; count += 1) {
    made.push(subscriptionOf(await service.call('createSubscription', { body })).id);
  }
  const refusal = {
    status: 422,
    json: { code: 'limit-exceeded', errors: [{ pointer: '/operational_events' }] },
  };
  expect(await service.call('createSubscription', { body })).toMatchObject(refusal);
  const other = await service.call('createSubscription', {
    body: { ...body, operational_events: false },
  });
  const id = subscriptionOf(other).id;
  const turnOn = { operational_events: true };
  expect(await service.call('updateSubscription', { id, body: turnOn })).toMatchObject(refusal);
  const again = await service.call('updateSubscription', { id: made[0]!, body: turnOn });
  expect(again.status).toBe(200);
  await service.call('deleteSubscription', { id: made[1]! });
  expect(await service.call('updateSubscription', { id, body: turnOn })).toMatchObject({
    status: 200,
  });
});
