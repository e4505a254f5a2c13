// The messages of a backlog job: which of them works, what a step sends, and how the job ends.
import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { propagationMs } from '../../lambdas/contract/limits/propagation.ts';
import type { BacklogMessage } from '../../lambdas/contract/messages.ts';
import type { Health } from '../../lambdas/core/endpoints/health-record.ts';
import { newHealth } from '../../lambdas/core/endpoints/health.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import { createDelivering } from '../support/delivering.ts';
import { aBacklogMessage, aDelivery, aSubscriptionId, noon } from '../support/factories.ts';
import { aResponse } from '../support/send-results.ts';

const second = 1_000;
const minute = 60 * second;
const job = 'ajob0000';
const body = new Uint8Array([0x30]);

function setup() {
  const service = createDelivering();
  const { ports, clock, sent, world, context } = service;
  const times: number[] = [];
  world.endpoint = () => {
    times.push(clock.now());
    return aResponse({ durationMs: 0 });
  };

  const named = (subscription: Subscription, step = 0): Subscription => ({
    ...subscription,
    health: { ...subscription.health, backlogJob: { id: job, step, pace: 'resume' } },
    version: subscription.version + 1,
  });

  /** A free subscription that names the job, with deliveries that are parked since it was not. */
  async function subscribeParked(count: number, about: Partial<Subscription> = {}) {
    const health = {
      ...newHealth(noon),
      backlogJob: { id: job, step: 0, pace: 'resume' as const },
    };
    const subscription = await service.subscribe({ health, ...about });
    const ids: DeliveryId[] = [];
    while (ids.length < count) ids.push(await commitParked(subscription, noon + ids.length));
    return { subscription, ids };
  }

  async function commitParked({ id }: Subscription, createdAt: number): Promise<DeliveryId> {
    const delivery = aDelivery({ subscriptionId: id, status: 'parked', createdAt });
    await ports.deliveries.commit(delivery, body);
    return delivery.id;
  }

  const sendJob = ({ id: subscriptionId }: Subscription, about: Partial<BacklogMessage> = {}) =>
    service.send(aBacklogMessage({ subscriptionId, ...about }));

  const statusOf = async (id: DeliveryId) =>
    (await ports.deliveries.detail('default', id))?.delivery.status;

  const healthOf = async ({ id }: Subscription) =>
    (await ports.subscriptions.get('default', id))?.health;

  /** Sorted: within a batch no order is promised. */
  const sentIds = () =>
    sent.map(({ headers }) => headers['webhook-id'] ?? '').toSorted((a, b) => (a < b ? -1 : 1));

  /** The subscriptions' store, as if others changed a subscription just before each of the next changes. */
  function withRivals(rivals: number, rival: Partial<Health> = {}): Context {
    let left = rivals;
    const { subscriptions } = ports;
    return {
      ...context,
      subscriptions: {
        ...subscriptions,
        replace: async (before, after) => {
          if (left === 0) return subscriptions.replace(before, after);
          left -= 1;
          const name = `Rival ${left}`;
          const current = (await subscriptions.get(before.tenant, before.id))!;
          const health = { ...current.health, ...rival };
          const version = current.version + 1;
          await subscriptions.replace(current, { ...current, name, health, version });
          return subscriptions.replace(before, after);
        },
      },
    };
  }

  return {
    ...service,
    times,
    named,
    subscribeParked,
    commitParked,
    sendJob,
    statusOf,
    healthOf,
    sentIds,
    withRivals,
  };
}

describe('a message of a backlog job', () => {
  it('ends if the subscription names another job', async () => {
    const { subscribeParked, sendJob, settle, sent, statusOf, clock, healthOf } = setup();
    const { subscription, ids } = await subscribeParked(1);
    await sendJob(subscription, { job: 'another0' });
    await settle();
    expect(clock.now()).toBeGreaterThanOrEqual(noon + propagationMs);
    expect(sent).toHaveLength(0);
    expect(await statusOf(ids[0]!)).toBe('parked');
    expect(await healthOf(subscription)).toEqual(subscription.health);
  });

  it('waits for the change that names it, which may be stored later', async () => {
    const { subscribe, commitParked, sendJob, work, settle, ports, named, statusOf } = setup();
    const subscription = await subscribe();
    const id = await commitParked(subscription, noon);
    await sendJob(subscription);
    await work();
    await ports.subscriptions.replace(subscription, named(subscription));
    await settle();
    expect(await statusOf(id)).toBe('delivered');
  });

  it('ends if its step was already taken, and works if it is next', async () => {
    const { subscribe, commitParked, sendJob, settle, ports, named, statusOf } = setup();
    const subscription = await subscribe();
    const id = await commitParked(subscription, noon);
    await ports.subscriptions.replace(subscription, named(subscription, 3));
    await sendJob(subscription, { step: 2 });
    await settle();
    expect(await statusOf(id)).toBe('parked');
    await sendJob(subscription, { step: 3 });
    await settle();
    expect(await statusOf(id)).toBe('delivered');
  });

  it.each([
    ['is inactive', { status: 'inactive' as const, inactiveReason: 'paused' as const }],
    ['is deleted', null],
  ])('ends where the subscription %s', async (_, about) => {
    const { subscribeParked, sendJob, work, ports, statusOf } = setup();
    const { subscription, ids } = await subscribeParked(1, about ?? {});
    if (about === null) await ports.subscriptions.remove('default', subscription.id);
    await sendJob(subscription);
    expect(await work()).toEqual({ received: 1, failed: 0 });
    expect(ports.receiver.nextWaitingUntil()).toBeNull();
    expect(await statusOf(ids[0]!)).toBe('parked');
  });

  it('ends if the subscription never existed', async () => {
    const { send, work, ports } = setup();
    await send(aBacklogMessage({ subscriptionId: aSubscriptionId() }));
    await send(aBacklogMessage({ subscriptionId: 'no id' as never }));
    expect(await work()).toEqual({ received: 2, failed: 0 });
    expect(ports.receiver.nextWaitingUntil()).toBeNull();
  });
});

describe('a backlog', () => {
  it('is sent across pages at resumption pace, each delivery once', async () => {
    const { subscribeParked, sendJob, settle, sentIds, times, healthOf } = setup();
    const { subscription, ids } = await subscribeParked(230);
    await sendJob(subscription);
    await settle();
    expect(sentIds()).toEqual(ids);
    const [first = 0] = times;
    const seconds = Math.ceil((times.at(-1)! - first) / second);
    expect(seconds).toBeLessThanOrEqual(230 / limits.resumeDrainPerSecondMin + 1);
    for (let from = first; from < first + 5 * second; from += second) {
      const within = times.filter((time) => time >= from && time < from + second).length;
      expect(within).toBeLessThanOrEqual(2 * limits.resumeDrainPerSecondMin);
    }
    expect(await healthOf(subscription)).toMatchObject({
      backlogJob: null,
      history: [{ kind: 'backlog_drained' }],
    });
  });

  it('is traversed again, so that deliveries parked from an old memo are sent too', async () => {
    const { subscribeParked, commitParked, sendJob, runUntil, statusOf, healthOf } = setup();
    const { subscription } = await subscribeParked(1);
    await sendJob(subscription);
    await runUntil(noon + minute);
    const late = await commitParked(subscription, noon + minute);
    await runUntil(noon + 2 * propagationMs);
    expect(await statusOf(late)).toBe('delivered');
    expect((await healthOf(subscription))?.backlogJob).toBeNull();
  });

  it('is traversed again even if one pass outlasted every memo', async () => {
    const { subscribeParked, commitParked, sendJob, runUntil, settle, statusOf, clock } = setup();
    const rateLimit = { perSecond: 0.2, burst: 1 };
    const { subscription } = await subscribeParked(60, { rateLimit });
    await sendJob(subscription);
    await runUntil(noon + minute);
    const behind = await commitParked(subscription, noon - 1);
    await runUntil(noon + 2 * propagationMs);
    expect(await statusOf(behind)).toBe('parked');
    await settle();
    expect(await statusOf(behind)).toBe('delivered');
    expect(clock.now() - noon).toBeGreaterThan(2 * propagationMs);
  });

  it('that is empty leaves no event in the history', async () => {
    const { subscribeParked, sendJob, settle, healthOf } = setup();
    const { subscription } = await subscribeParked(0);
    await sendJob(subscription);
    await settle();
    expect(await healthOf(subscription)).toMatchObject({ backlogJob: null, history: [] });
  });

  it('is sent no faster than the rate limit', async () => {
    const { subscribeParked, sendJob, settle, times, logLines } = setup();
    const rateLimit = { perSecond: 0.5, burst: 1 };
    const { subscription } = await subscribeParked(20, { rateLimit });
    await sendJob(subscription);
    await settle();
    expect(times).toHaveLength(20);
    // It asks for no more than has room, so that its messages do not wait for slots far away.
    expect(logLines.filter((line) => line.includes('"backlog.worked"'))[0]).toContain('"rate":0.5');
    for (const [index, time] of times.entries()) {
      // A message may be taken a second before its slot.
      const least = index * 2 * second - limits.earlyToleranceMs;
      expect(time - times[0]!).toBeGreaterThanOrEqual(least);
    }
  });
});

describe('a step', () => {
  it("is stored without losing a person's concurrent change", async () => {
    const { subscribeParked, sendJob, work, settle, withRivals, ports, sent } = setup();
    const { subscription } = await subscribeParked(1);
    await sendJob(subscription);
    await work(withRivals(2, { failingSince: noon }));
    const stored = await ports.subscriptions.get('default', subscription.id);
    expect(stored).toMatchObject({
      name: 'Rival 0',
      health: { failingSince: noon, backlogJob: { id: job, step: 1, pace: 'resume' } },
    });
    await settle();
    expect(sent).toHaveLength(1);
  });

  it('leaves the subscription to a job that took over concurrently', async () => {
    const { subscribeParked, sendJob, work, settle, withRivals, healthOf } = setup();
    const { subscription } = await subscribeParked(1);
    await sendJob(subscription);
    const backlogJob = { id: 'another0', step: 0, pace: 'resume' as const };
    await work(withRivals(1, { backlogJob }));
    await settle();
    expect((await healthOf(subscription))?.backlogJob).toEqual(backlogJob);
  });

  it('that cannot be stored comes again, and nothing is sent twice for it', async () => {
    const { subscribeParked, sendJob, work, settle, withRivals, sentIds, healthOf, clock } =
      setup();
    const { subscription, ids } = await subscribeParked(3);
    await sendJob(subscription);
    expect(await work(withRivals(3))).toEqual({ received: 1, failed: 1 });
    await settle();
    clock.advance(limits.queueVisibilityMs);
    await settle();
    expect(sentIds()).toEqual(ids);
    expect((await healthOf(subscription))?.backlogJob).toBeNull();
  });
});
