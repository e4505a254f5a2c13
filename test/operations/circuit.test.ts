// The circuit breaker over the real handler: what an endpoint that fails, and recovers, gets to see.
import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { Circuit } from '../../lambdas/core/endpoints/health-record.ts';
import { newHealth } from '../../lambdas/core/endpoints/health.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import { updateSubscription } from '../../lambdas/operations/subscriptions/update-subscription.ts';
import { createDelivering } from '../support/delivering.ts';
import { aBacklogMessage, noon } from '../support/factories.ts';
import { aResponse } from '../support/send-results.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const job = 'ajob0000';

function setup() {
  const service = createDelivering();
  const { ports, clock, world } = service;
  const times: number[] = [];
  const answer = { statusCode: 200, headers: {} };
  world.endpoint = () => {
    times.push(clock.now());
    return aResponse({ ...answer, durationMs: 0 });
  };

  const healthOf = async ({ id }: Subscription) =>
    (await ports.subscriptions.get('default', id))!.health;
  const deliveryOf = async (id: DeliveryId) =>
    (await ports.deliveries.detail('default', id))!.delivery;
  const publishMany = async (subscription: Subscription, count: number) => {
    const ids: DeliveryId[] = [];
    while (ids.length < count) ids.push(await service.publish(subscription));
    return ids;
  };
  const historyOf = async (subscription: Subscription) =>
    (await healthOf(subscription)).history.map(({ kind }) => kind);

  /** A subscription whose circuit has just opened, with its job and some parked deliveries. */
  async function subscribeOpen(parked: number, about: Partial<Subscription> = {}) {
    const since = clock.now();
    const probeAt = since + minute;
    const circuit: Circuit = { state: 'open', since, probeAt, probes: 0 };
    const backlogJob = { id: job, step: 0, pace: 'recovery' as const };
    const health = { ...newHealth(since), failingSince: since, circuit, backlogJob };
    const subscription = await service.subscribe({ health, ...about });
    const ids = await publishMany(subscription, parked);
    const message = { subscriptionId: subscription.id, pace: 'recovery' as const };
    await service.send(aBacklogMessage({ ...message, sentAt: since, dueAt: probeAt }));
    return { subscription, ids };
  }

  return {
    ...service,
    times,
    answer,
    healthOf,
    historyOf,
    deliveryOf,
    publishMany,
    subscribeOpen,
  };
}

describe('the next probe', () => {
  it.each([
    ['waits for its time, as long as any wait may be', 60 * minute, 0],
    ['is due at once where a clock set its time that was ahead', 24 * 60 * minute, 1],
  ])('%s', async (_, aheadMs, count) => {
    const { subscribe, publishMany, send, work, clock, times } = setup();
    const since = clock.now();
    const circuit: Circuit = { state: 'open', since, probeAt: since + aheadMs, probes: 3 };
    const backlogJob = { id: job, step: 0, pace: 'recovery' as const };
    const subscription = await subscribe({ health: { ...newHealth(since), circuit, backlogJob } });
    await publishMany(subscription, 1);
    const { id: subscriptionId } = subscription;
    await send(aBacklogMessage({ subscriptionId, pace: 'recovery', sentAt: since, dueAt: since }));

    await work();
    clock.advance(limits.jobDelayMs);
    await work();

    expect(times).toHaveLength(count);
  });
});

describe('an endpoint that keeps failing', () => {
  const schedule = Array<number>(10).fill(30);

  it('is left alone after a minute: due and new deliveries are parked', async () => {
    const { subscribe, publishMany, answer, runUntil, healthOf, deliveryOf, times } = setup();
    answer.statusCode = 500;
    const subscription = await subscribe({ retrySchedule: schedule });
    const ids = await publishMany(subscription, 5);
    await runUntil(noon + 2 * minute);
    const { circuit, failingSince, history } = await healthOf(subscription);
    expect(circuit).toMatchObject({ state: 'open' });
    expect(circuit.since - times[0]!).toBeGreaterThanOrEqual(limits.circuitOpensAfterMs);
    expect(failingSince).toBeLessThanOrEqual(circuit.since);
    expect(history).toEqual([{ at: circuit.since, kind: 'circuit_opened' }]);
    // Five at once, and two retries each. The last were under way when the first of them opened the circuit.
    expect(times.length).toBe(15);
    const late = await publishMany(subscription, 1);
    for (const id of [...ids, ...late]) {
      expect(await deliveryOf(id)).toMatchObject({
        status: 'parked',
        reason: 'circuit_open',
        turn: null,
        nextAttemptAt: null,
      });
    }
  });

  it.each([
    ['one instance of the function saw them all', 1, 'open'],
    ['each of two saw too few', 2, 'closed'],
  ] as const)('opens its circuit from what one instance saw: %s', async (_, count, state) => {
    const { subscribe, publishMany, answer, context, clock, healthOf, work, times } = setup();
    answer.statusCode = 500;
    const instances = Array.from({ length: count }, () => ({
      ...context,
      attemptWindows: new Map(),
    }));
    const subscription = await subscribe({ retrySchedule: schedule });
    await publishMany(subscription, 4);
    for (let round = 0; round < 4; round += 1) {
      await work(instances[round % count]);
      clock.advance(40 * second);
    }
    expect(times.length).toBeGreaterThan(limits.circuitFailuresMin);
    expect((await healthOf(subscription)).circuit.state).toBe(state);
  });

  it('costs no attempt when its health cannot be stored', async () => {
    const { subscribe, publish, answer, context, ports, work, deliveryOf, logLines } = setup();
    answer.statusCode = 410;
    const id = await publish(await subscribe());
    const subscriptions: Context['subscriptions'] = {
      ...ports.subscriptions,
      replace: () => Promise.reject(new Error('the store is away')),
    };
    expect(await work({ ...context, subscriptions })).toEqual({ received: 1, failed: 0 });
    expect(await deliveryOf(id)).toMatchObject({ status: 'failed', attemptCount: 1 });
    expect(logLines.join('\n')).toContain('endpoint.unheeded');
  });

  it('is forgotten before more active ones if an instance watches too many', async () => {
    const { subscribe, publish, context, settle } = setup();
    const { attemptWindows } = context;
    const [oldest, newest] = [await subscribe(), await subscribe()];
    const window = { from: noon, circuitSince: noon, attempts: 1, failures: 1 };
    attemptWindows.set(`default ${oldest.id}`, window);
    for (let count = 1; count < limits.attemptWindowsMax; count += 1) {
      attemptWindows.set(`default ${count}`, window);
    }
    for (const subscription of [oldest, newest]) {
      await publish(subscription);
      await settle();
    }
    expect(attemptWindows.size).toBe(limits.attemptWindowsMax);
    expect([oldest.id, newest.id, '1'].map((id) => attemptWindows.has(`default ${id}`))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('a probe', () => {
  it('that fails waits longer each time, and burns no attempts', async () => {
    const { subscribeOpen, answer, runUntil, times, deliveryOf, healthOf } = setup();
    answer.statusCode = 500;
    const { subscription, ids } = await subscribeOpen(3, { retrySchedule: [10] });
    await runUntil(noon + 5 * hour);
    const waits = times.map((time, index) =>
      Math.round((time - (times[index - 1] ?? noon)) / minute),
    );
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    const rows = await Promise.all(ids.map(deliveryOf));
    // They take turns, though two attempts would have used up the schedule of each.
    expect(rows.map(({ attemptCount }) => attemptCount)).toEqual([3, 3, 3]);
    for (const row of rows) {
      expect(row).toMatchObject({ status: 'parked', reason: 'circuit_open', cycleAttempt: 0 });
    }
    expect((await healthOf(subscription)).circuit).toMatchObject({ state: 'open', probes: 9 });
  });

  it('that succeeds closes the circuit, and the backlog is sent, slowly at first', async () => {
    const service = setup();
    const { subscribeOpen, answer, runUntil, times, deliveryOf, healthOf, historyOf } = service;
    answer.statusCode = 500;
    const { subscription, ids } = await subscribeOpen(9);
    await runUntil(noon + 4 * minute);
    expect(times).toHaveLength(2);
    answer.statusCode = 200;
    await runUntil(noon + 9 * minute);
    const [first = 0, ...others] = times.slice(2);
    const { circuit } = await healthOf(subscription);
    expect(circuit).toEqual({ state: 'closed', since: first });
    const rate = limits.recoveryDrainPerSecondMin * limits.rampStartRatio;
    expect((others[1]! - others[0]!) / second).toBeCloseTo(1 / rate, 0);
    await runUntil(noon + hour);
    for (const id of ids) expect(await deliveryOf(id)).toMatchObject({ status: 'delivered' });
    expect(times).toHaveLength(2 + ids.length);
    expect(await historyOf(subscription)).toEqual(['circuit_closed', 'backlog_drained']);
    expect(await healthOf(subscription)).toMatchObject({ failingSince: null, backlogJob: null });
  });

  it('takes no slot of the rate limit, and is sent when it is due', async () => {
    const { subscribeOpen, answer, runUntil, times, ports } = setup();
    answer.statusCode = 500;
    const rateLimit = { perSecond: 0.01, burst: 1 };
    const { subscription } = await subscribeOpen(2, { rateLimit });
    const owner = {
      tenant: 'default',
      ownerId: subscription.id,
      limit: rateLimit,
      purpose: 'delivery' as const,
    };
    for (let count = 0; count < 20; count += 1) await ports.rateLimits.reserve(owner, noon);
    await runUntil(noon + 4 * minute);
    expect(times.map((time) => Math.round((time - noon) / minute))).toEqual([1, 3]);
  });

  it('is sent even by an instance with an old memo of the subscription', async () => {
    const { subscribeOpen, work, context, clock, sent } = setup();
    const { subscription } = await subscribeOpen(1);
    clock.advance(minute);
    await work();
    clock.advance(limits.jobDelayMs);
    const subscriptionMemo = {
      ...context.subscriptionMemo,
      get: async () => subscription,
    };
    await work({ ...context, subscriptionMemo });
    expect(sent).toHaveLength(1);
  });

  it('is the next event if nothing is parked', async () => {
    const { subscribeOpen, publish, settle, healthOf, historyOf, deliveryOf, sent } = setup();
    const { subscription } = await subscribeOpen(0);
    await settle();
    expect((await healthOf(subscription)).circuit.state).toBe('closed');
    expect(await historyOf(subscription)).toEqual(['circuit_closed']);
    const id = await publish(subscription);
    await settle();
    expect(sent).toHaveLength(1);
    expect(await deliveryOf(id)).toMatchObject({ status: 'delivered' });
  });

  it('disables the subscription after five days, and the job ends', async () => {
    const service = setup();
    const { subscribeOpen, answer, settle, healthOf, historyOf, clock, ports, deliveryOf } =
      service;
    answer.statusCode = 500;
    const { subscription, ids } = await subscribeOpen(2);
    await settle();
    expect(clock.now() - noon).toBeGreaterThanOrEqual(5 * day);
    expect(clock.now() - noon).toBeLessThan(5 * day + 2 * hour);
    expect(await ports.subscriptions.get('default', subscription.id)).toMatchObject({
      status: 'inactive',
      inactiveReason: 'failing',
    });
    expect(await healthOf(subscription)).toMatchObject({ backlogJob: null });
    expect(await historyOf(subscription)).toEqual(['disabled']);
    for (const id of ids) expect((await deliveryOf(id)).status).toBe('parked');
  });
});

describe('a person', () => {
  it('who sets active closes an open circuit, and the backlog is sent', async () => {
    const { subscribeOpen, context, runUntil, deliveryOf, historyOf, healthOf } = setup();
    const { subscription, ids } = await subscribeOpen(3);
    const { id } = subscription;
    await updateSubscription(context, { tenant: 'default', id }, { status: 'active' });
    expect(await healthOf(subscription)).toMatchObject({ circuit: { state: 'closed' } });
    await runUntil(noon + hour);
    for (const each of ids) expect((await deliveryOf(each)).status).toBe('delivered');
    expect(await historyOf(subscription)).toEqual(['circuit_closed', 'backlog_drained']);
  });

  it('who pauses and resumes a slow recovery gets it sent at once', async () => {
    const { subscribeOpen, context, runUntil, deliveryOf, times, clock, historyOf } = setup();
    const { subscription, ids } = await subscribeOpen(60);
    await runUntil(noon + 3 * minute);
    expect(times.length).toBeLessThan(10);
    const key = { tenant: 'default', id: subscription.id };
    await updateSubscription(context, key, { status: 'inactive' });
    await updateSubscription(context, key, { status: 'active' });
    const resumedAt = clock.now();
    await runUntil(resumedAt + minute);
    for (const id of ids) expect((await deliveryOf(id)).status).toBe('delivered');
    const late = times.filter((time) => time > resumedAt);
    expect(late.length).toBeGreaterThan(50);
    expect(late.at(-1)! - late[0]!).toBeLessThan(3 * second);
    await runUntil(resumedAt + hour);
    expect(await historyOf(subscription)).toEqual(['circuit_closed', 'backlog_drained']);
    expect(times).toHaveLength(60);
  });
});
