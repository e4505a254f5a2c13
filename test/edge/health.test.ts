// The health of a subscription's endpoint and its rate limit, as a caller sees them.
import { describe, expect, test } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { HealthResource } from '../../lambdas/contract/endpoints/health-resource.ts';
import type { SubscriptionResource } from '../../lambdas/contract/http/resources.ts';
import { newHealth } from '../../lambdas/core/endpoints/health.ts';
import { hourMs, hourOf, noStatuses } from '../../lambdas/core/ledger/stats.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import { aDelivery, aDelta, aSubscription, noon } from '../support/factories.ts';
import type { Service } from '../support/service.ts';
import { createService } from '../support/service.ts';

const minute = 60_000;
const at = (ms: number) => new Date(noon + ms).toISOString();

const opened: Partial<Subscription> = {
  heldUntil: noon + 5_000,
  health: {
    failingSince: noon - minute,
    failureSeenAt: noon,
    circuit: { state: 'open', since: noon - 30_000, probeAt: noon + 30_000, probes: 2 },
    backlogJob: { id: 'ajob0000', step: 2, pace: 'recovery' as const },
    history: [
      { at: noon - 2 * minute, kind: 'circuit_closed' },
      { at: noon - 30_000, kind: 'circuit_opened' },
    ],
  },
};

async function setup(about: Partial<Subscription> = {}, parked = 0) {
  const service = createService();
  const subscription = aSubscription({ ...about, secret: 'hidden-secret' });
  const { id } = subscription;
  await service.ports.subscriptions.create(subscription);
  for (let count = 0; count < parked; count += 1) {
    const delivery = aDelivery({ subscriptionId: id, status: 'parked' });
    await service.ports.deliveries.commit(delivery, new Uint8Array());
  }
  const show = async () => (await healthOf(service, id)).json as HealthResource;
  const update = async (body: object) => {
    const answer = await service.call('updateSubscription', { id, body });
    expect(answer.status).toBe(200);
    return answer.json['subscription'] as SubscriptionResource;
  };
  const count = (hour: number, delivered: number) =>
    service.ports.stats.add([
      aDelta({ subscriptionId: id, hour, byStatus: { ...noStatuses, delivered } }),
    ]);
  return { service, id, show, update, count };
}

function healthOf(service: Service, id: string, key?: string) {
  return service.call('getSubscriptionHealth', { id, ...(key !== undefined && { key }) });
}

describe('the health of a subscription', () => {
  test('that is new is healthy, with nothing behind it and nothing waiting', async () => {
    const { show, id } = await setup();
    expect(await show()).toEqual({
      subscription_id: id,
      state: 'healthy',
      since: at(0),
      failing_since: null,
      next_probe_at: null,
      probes: 0,
      held_until: null,
      backlog: {
        parked: 0,
        complete: true,
        deliveries_per_second: limits.recoveryDrainPerSecondMin,
        estimated_drain_seconds: 0,
      },
      history: [],
    });
  });

  test('whose circuit is open says when it is probed, what waits and what happened', async () => {
    const { service, show, id } = await setup(opened, 12);
    expect(await show()).toEqual({
      subscription_id: id,
      state: 'open',
      since: at(-30_000),
      failing_since: at(-minute),
      next_probe_at: at(30_000),
      probes: 2,
      held_until: at(5_000),
      backlog: {
        parked: 12,
        complete: true,
        deliveries_per_second: 0.15,
        estimated_drain_seconds: 80,
      },
      history: [
        { at: at(-2 * minute), event: 'circuit_closed' },
        { at: at(-30_000), event: 'circuit_opened' },
      ],
    });
    const { json } = await service.call('getSubscription', { id });
    expect(json['subscription']).toMatchObject({ health: 'open', status: 'active' });
  });

  test('says nothing of the secret, the target, the job or the tenant', async () => {
    const { service, id } = await setup(opened, 1);
    const { text } = await healthOf(service, id);
    for (const hidden of ['hidden-secret', 'example.com', 'ajob0000', 'default']) {
      expect(text).not.toContain(hidden);
    }
  });

  test.each<[string, Partial<Subscription>, SubscriptionResource['health']]>([
    ['failing', { health: { ...newHealth(noon), failingSince: noon } }, 'failing'],
    [
      'that was disabled',
      { status: 'inactive', inactiveReason: 'failing', health: newHealth(noon) },
      'inactive',
    ],
  ])('is the same in both places: %s', async (_, about, state) => {
    const { service, show, id } = await setup(about);
    expect((await show()).state).toBe(state);
    const { json } = await service.call('getSubscription', { id });
    expect(json['subscription']).toMatchObject({ health: state });
    const { json: all } = await service.call('listSubscriptions');
    expect(all['subscriptions']).toMatchObject([{ health: state }]);
  });

  test('counts a backlog up to a bound, and says so', async () => {
    const { service, show } = await setup(opened, 3);
    const { deliveries } = service.context;
    service.context.deliveries = {
      ...deliveries,
      countParked: async (_tenant, _id, max) => ({ events: max, bytes: null }),
    };
    expect((await show()).backlog).toMatchObject({
      parked: limits.backlogCountMax,
      complete: false,
    });
  });

  test('of a subscription that is not there is a 404', async () => {
    const { service } = await setup();
    for (const id of ['sub_0123456789abcdef', 'nothing']) {
      const { status, json } = await healthOf(service, id);
      expect({ status, ...json }).toMatchObject({
        status: 404,
        code: 'not-found',
        error: 'Subscription not found',
      });
    }
  });

  test('is nothing that another tenant can see', async () => {
    const service = createService({ settings: { API_AUTH: 'on' } });
    const { id } = aSubscription({ tenant: 'ours' });
    await service.ports.subscriptions.create(aSubscription({ tenant: 'ours', id, ...opened }));
    const ours = await healthOf(service, id, await service.addKey(['read'], 'ours'));
    expect(ours.json).toMatchObject({ subscription_id: id, state: 'open' });
    const theirs = await healthOf(service, id, await service.addKey(['admin'], 'theirs'));
    expect(theirs).toMatchObject({ status: 404, json: { code: 'not-found' } });
    expect(theirs.text).not.toContain(id);
  });
});

describe('the pace of a backlog', () => {
  test('follows the busiest of the last 24 hours', async () => {
    const { show, count } = await setup(opened, 300);
    const hour = hourOf(noon);
    await count(hour - 24 * hourMs, 99_999);
    await count(hour - 23 * hourMs, 7_200);
    await count(hour, 3_600);
    expect((await show()).backlog).toMatchObject({
      deliveries_per_second: 1.5,
      estimated_drain_seconds: 200,
    });
  });

  test('is never above the rate limit', async () => {
    const { show } = await setup({ ...opened, rateLimit: { perSecond: 0.1, burst: 9 } }, 3);
    expect((await show()).backlog).toMatchObject({
      deliveries_per_second: 0.1,
      estimated_drain_seconds: 30,
    });
  });

  test('is that of a resumption for what was paused, also while it is sent', async () => {
    const { show, update } = await setup({ status: 'inactive', inactiveReason: 'paused' }, 200);
    const backlog = { deliveries_per_second: 50, estimated_drain_seconds: 4 };
    expect(await show()).toMatchObject({ state: 'inactive', backlog });
    expect(await update({ status: 'active' })).toMatchObject({ health: 'recovering' });
    expect(await show()).toMatchObject({ state: 'recovering', backlog });
  });

  test('is that of a recovery for what was paused while its circuit was open', async () => {
    const paused = { status: 'inactive', inactiveReason: 'paused' } as const;
    const { show, update } = await setup({ ...opened, ...paused }, 3);
    const backlog = { deliveries_per_second: 0.15, estimated_drain_seconds: 20 };
    expect(await show()).toMatchObject({ state: 'inactive', backlog });
    await update({ status: 'active' });
    expect(await show()).toMatchObject({
      state: 'recovering',
      next_probe_at: null,
      held_until: null,
      backlog,
    });
  });
});

describe('the rate limit of a subscription', () => {
  test('is created, changed, left alone and removed', async () => {
    const { service, id, update } = await setup();
    const target_url = 'https://receiver.example.com/hooks';
    const created = await service.call('createSubscription', {
      body: { target_url, rate_limit: { per_second: 0.5, burst: 4 } },
    });
    expect(created.json['subscription']).toMatchObject({
      rate_limit: { per_second: 0.5, burst: 4 },
    });
    expect(await update({ rate_limit: { per_second: 20 } })).toMatchObject({
      rate_limit: { per_second: 20, burst: 1 },
    });
    expect(await update({ name: 'Another' })).toMatchObject({
      rate_limit: { per_second: 20, burst: 1 },
    });
    expect((await update({ rate_limit: null })).rate_limit).toBeNull();
    const { json } = await service.call('getSubscription', { id });
    expect(json['subscription']).toMatchObject({ rate_limit: null });
  });

  test.each<[object | string | number, string, string]>([
    [{ per_second: 0 }, '/per_second', 'must be at least 0.01'],
    [{ per_second: 1_001 }, '/per_second', 'must be at most 1000'],
    [{ per_second: '5' }, '/per_second', 'must be a number'],
    [{}, '/per_second', 'is required'],
    [{ burst: 2 }, '/per_second', 'is required'],
    [{ per_second: 1, burst: 0 }, '/burst', 'must be at least 1'],
    [{ per_second: 1, burst: 1_001 }, '/burst', 'must be at most 1000'],
    [{ per_second: 1, burst: 1.5 }, '/burst', 'must be a whole number'],
    [{ per_second: 1, burst: null }, '/burst', 'is required'],
    ['5/s', '', 'must be an object'],
    [5, '', 'must be an object'],
  ])('is refused where it is none: %j', async (rate_limit, inside, detail) => {
    const { service, id } = await setup();
    const { status, json } = await service.call('updateSubscription', { id, body: { rate_limit } });
    expect(status).toBe(400);
    expect(json).toMatchObject({
      code: 'invalid-request',
      errors: [{ pointer: `/rate_limit${inside}`, detail }],
    });
  });
});
