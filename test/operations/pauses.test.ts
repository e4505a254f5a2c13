import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { propagationMs } from '../../lambdas/contract/limits/propagation.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import { retryDelivery } from '../../lambdas/operations/deliveries/retry-delivery.ts';
import { updateSubscription } from '../../lambdas/operations/subscriptions/update-subscription.ts';
import { createDelivering } from '../support/delivering.ts';
import { aResponse } from '../support/send-results.ts';

const day = 24 * 3_600_000;
const tomorrow = aResponse({ statusCode: 503, headers: { 'retry-after': '86400' } });

function setup() {
  const service = createDelivering();
  const detail = async (id: DeliveryId) => {
    const found = await service.ports.deliveries.detail('default', id);
    if (found === undefined) throw new Error('The delivery is not there');
    return found;
  };
  const ask = (answer = tomorrow) => {
    service.world.endpoint = () => answer;
  };
  const mend = () => {
    service.world.endpoint = () => aResponse();
  };
  return { ...service, detail, ask, mend };
}

/** Two deliveries of a subscription whose endpoint asked for a day: the one that it answered, and one that came later. */
async function held() {
  const service = setup();
  const { subscribe, publish, work, runUntil, clock } = service;
  service.ask();
  const subscription = await subscribe({ retrySchedule: [1, 1, 1] });
  const answered = await publish(subscription);
  await work();
  service.mend();
  clock.advance(limits.subscriptionMemoTtlMsDefault);
  const later = await publish(subscription);
  await work();
  await runUntil(clock.now() + 3 * propagationMs);
  expect(service.sent).toHaveLength(1);
  return { ...service, subscription, answered, later };
}

describe('a pause that an endpoint requests', () => {
  it('consumes no try, however often it is requested', async () => {
    const { subscribe, publish, runUntil, settle, ask, mend, detail, clock, sent } = setup();
    ask(aResponse({ statusCode: 429, headers: { 'retry-after': '600' } }));
    const id = await publish(await subscribe({ retrySchedule: [1] }));
    await runUntil(clock.now() + 2 * 3_600_000);
    expect(sent.length).toBeGreaterThan(5);
    expect((await detail(id)).delivery).toMatchObject({ status: 'retrying' });
    mend();
    await settle();
    expect((await detail(id)).delivery).toMatchObject({ status: 'delivered' });
  });

  it('ends after five days: then each consumes a try, and the delivery ends', async () => {
    const { subscribe, publish, settle, ask, detail, clock } = setup();
    ask();
    const startedAt = clock.now();
    const subscription = await subscribe({ retrySchedule: [1, 1] });
    const ids = [await publish(subscription), await publish(subscription)];
    ids.push(await publish(subscription), await publish(subscription));
    await settle();
    for (const id of ids) {
      const { delivery } = await detail(id);
      expect(delivery).toMatchObject({ status: 'failed', reason: 'exhausted' });
      // Five days of patience, then at most three tries a day and a fifth apart.
      expect(delivery.completedAt! - startedAt).toBeGreaterThanOrEqual(5 * day);
      expect(delivery.completedAt! - startedAt).toBeLessThan((5 + 4 * 1.2) * day);
    }
  });

  it('holds back the others too, but none longer than five days', async () => {
    const { subscribe, publish, settle, ask, detail, clock, sent } = setup();
    ask();
    const startedAt = clock.now();
    const subscription = await subscribe({ retrySchedule: [] });
    const ids: DeliveryId[] = [];
    for (let count = 0; count < 30; count += 1) ids.push(await publish(subscription));
    await settle();
    for (const id of ids) expect((await detail(id)).delivery.status).toBe('failed');
    expect(clock.now() - startedAt).toBeLessThan((5 + 2 * 1.2) * day);
    expect(sent.length).toBeLessThan(30 * 8);
  });
});

describe('a person who says active', () => {
  it('lifts the pause for waiting deliveries, not only for new ones', async () => {
    const { context, subscription, answered, later, runUntil, clock, detail, sent } = await held();
    const key = { tenant: 'default', id: subscription.id };
    await updateSubscription(context, key, { status: 'active' });
    await runUntil(clock.now() + 5_000);
    for (const id of [answered, later]) {
      expect((await detail(id)).delivery.status).toBe('delivered');
    }
    // What had been put off to tomorrow finds its attempt recorded.
    await runUntil(clock.now() + 2 * day);
    expect(sent).toHaveLength(3);
  });

  it('changes nothing if the change was not stored', async () => {
    const { context, subscription, runUntil, clock, sent, ports } = await held();
    const replace = () => Promise.reject(new Error('The store is away'));
    const key = { tenant: 'default', id: subscription.id };
    const broken = { ...context, subscriptions: { ...ports.subscriptions, replace } };
    await expect(updateSubscription(broken, key, { status: 'active' })).rejects.toThrow('away');
    await runUntil(clock.now() + 2 * propagationMs);
    expect(sent).toHaveLength(1);
  });

  it('leaves alone deliveries that only wait for their schedule', async () => {
    const { subscribe, publish, work, runUntil, context, clock, world, sent } = setup();
    world.endpoint = () => aResponse({ statusCode: 500 });
    const subscription = await subscribe({ retrySchedule: [36_000, 36_000] });
    await publish(subscription);
    await work();
    world.endpoint = () => tomorrow;
    await publish(subscription);
    await work();
    const key = { tenant: 'default', id: subscription.id };
    world.endpoint = () => aResponse();
    await updateSubscription(context, key, { status: 'active' });
    await runUntil(clock.now() + 3_600_000);
    expect(sent).toHaveLength(3);
  });
});

describe('a retry by hand', () => {
  it('goes out immediately, whatever pause the endpoint requested', async () => {
    const { context, answered, later, work, detail, runUntil, clock } = await held();
    await retryDelivery(context, 'default', answered);
    await work();
    expect((await detail(answered)).delivery).toMatchObject({ status: 'delivered', cycle: 2 });
    await runUntil(clock.now() + 5_000);
    expect((await detail(later)).delivery.status).toBe('pending');
  });
});
