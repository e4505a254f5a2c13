// A subscription's rate limit over the real handler: who has no slot yet waits for it, and nothing is burnt.
import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import { createDelivering } from '../support/delivering.ts';
import { aDelivery, anAttemptMessage, noon } from '../support/factories.ts';
import { aResponse } from '../support/send-results.ts';

const second = 1_000;
const rateLimit = { perSecond: 0.1, burst: 1 };

function setup() {
  const service = createDelivering();
  const { ports, clock, world, context } = service;
  const times: number[] = [];
  const answers: { statusCode: number; headers?: Record<string, string> }[] = [];
  world.endpoint = () => {
    times.push(clock.now());
    return aResponse({ statusCode: 200, durationMs: 0, ...answers.shift() });
  };
  const reserved: number[] = [];
  const { rateLimits } = context;
  context.rateLimits = {
    reserve: async (owner, now) => {
      const slotAt = await rateLimits.reserve(owner, now);
      reserved.push(slotAt);
      return slotAt;
    },
  };
  const deliveryOf = async (id: DeliveryId) =>
    (await ports.deliveries.detail('default', id))!.delivery;
  return { ...service, times, answers, reserved, deliveryOf };
}

const secondsOf = (times: readonly number[]) => times.map((time) => (time - noon) / second);

describe('a rate limit', () => {
  it('postpones every message to its own slot, without burning attempts', async () => {
    const { subscribe, publish, work, settle, times, reserved, deliveryOf } = setup();
    const subscription = await subscribe({ rateLimit });
    const ids: DeliveryId[] = [];
    while (ids.length < 5) ids.push(await publish(subscription));
    await work();
    expect(times).toHaveLength(1);
    await settle();
    // A slot that was given is kept: nobody asks for a second one.
    expect(secondsOf(reserved)).toEqual([0, 10, 20, 30, 40]);
    expect(secondsOf(times)).toEqual([0, 10, 20, 30, 40]);
    for (const id of ids) {
      expect(await deliveryOf(id)).toMatchObject({ status: 'delivered', attemptCount: 1 });
    }
  });

  it('shows the slot in the delivery if it is at least a minute away', async () => {
    const { subscribe, publish, work, deliveryOf } = setup();
    const subscription = await subscribe({ rateLimit });
    const ids: DeliveryId[] = [];
    while (ids.length < 8) ids.push(await publish(subscription));
    await work();
    const rows = await Promise.all(ids.slice(1).map(deliveryOf));
    expect(
      rows.map(({ nextAttemptAt }) => nextAttemptAt! - noon).toSorted((a, b) => a - b),
    ).toEqual([0, 0, 0, 0, 0, 60 * second, 70 * second]);
  });

  it('shows nothing in a delivery that is parked', async () => {
    const { subscribe, send, work, ports, deliveryOf } = setup();
    const { id: subscriptionId } = await subscribe({ rateLimit: { perSecond: 0.01, burst: 1 } });
    const rows = [0, 1].map(() => aDelivery({ subscriptionId, status: 'parked' }));
    for (const row of rows) {
      await ports.deliveries.commit(row, new Uint8Array([0x30]));
      await send(anAttemptMessage({ deliveryId: row.id }));
    }
    await work();
    const after = await Promise.all(rows.map(({ id }) => deliveryOf(id)));
    const waiting = after.filter(({ status }) => status === 'parked');
    expect(waiting).toEqual([rows.find(({ id }) => id === waiting[0]?.id)]);
  });

  it('costs nothing without a limit', async () => {
    const { subscribe, publish, settle, reserved, times } = setup();
    await publish(await subscribe({ rateLimit: null }));
    await settle();
    expect([times.length, reserved.length]).toEqual([1, 0]);
  });

  it('also applies to retries, each with its own slot', async () => {
    const { subscribe, publish, settle, answers, times, reserved } = setup();
    // The second one fails, which had a slot.
    answers.push({ statusCode: 200 }, { statusCode: 500 });
    const subscription = await subscribe({ rateLimit, retrySchedule: [1] });
    await publish(subscription);
    await publish(subscription);
    await settle();
    expect(secondsOf(times)).toEqual([0, 10, 20]);
    expect(reserved).toHaveLength(3);
  });

  it('gives a new slot to a message whose slot fell into a pause', async () => {
    const { subscribe, publish, settle, answers, times, reserved } = setup();
    const subscription = await subscribe({ rateLimit });
    answers.push({ statusCode: 503, headers: { 'retry-after': '600' } });
    for (let count = 0; count < 3; count += 1) await publish(subscription);
    await settle();
    // All three come past the pause, and then at their rate again.
    const [first, ...others] = secondsOf(times);
    expect(first).toBe(0);
    expect(others).toHaveLength(3);
    expect(Math.min(...others)).toBeGreaterThanOrEqual(600);
    for (const [index, time] of others.slice(1).entries()) {
      expect(time - others[index]!).toBeGreaterThanOrEqual(9);
    }
    expect(reserved.length).toBeGreaterThanOrEqual(6);
  });

  it('lets nothing through while unavailable, and loses nothing', async () => {
    const { subscribe, publish, work, settle, context, times, clock } = setup();
    await publish(await subscribe({ rateLimit }));
    const rateLimits = { reserve: () => Promise.reject(new Error('the store is away')) };
    expect(await work({ ...context, rateLimits })).toEqual({ received: 1, failed: 1 });
    expect(times).toHaveLength(0);
    clock.advance(limits.queueVisibilityMs);
    await settle();
    expect(times).toHaveLength(1);
  });

  it('postpones a message once even if the delivery cannot show it', async () => {
    const { subscribe, publish, work, settle, context, ports, times, logLines } = setup();
    const slow = await subscribe({ rateLimit: { perSecond: 0.01, burst: 1 } });
    await publish(slow);
    await publish(slow);
    const deliveries: Context['deliveries'] = {
      ...ports.deliveries,
      transition: () => Promise.reject(new Error('the store is away')),
    };
    expect(await work({ ...context, deliveries })).toEqual({ received: 2, failed: 0 });
    expect(logLines.join('\n')).toContain('next_attempt.unshown');
    await settle();
    expect(secondsOf(times)).toEqual([0, 100]);
  });
});
