import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import { createDeliverHandler } from '../../lambdas/edge/queue/queue.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import { retryDelivery } from '../../lambdas/operations/deliveries/retry-delivery.ts';
import { cancelDelivery } from '../../lambdas/operations/deliveries/cancel-delivery.ts';
import { attemptAgain } from '../../lambdas/core/ledger/overdue.ts';
import { createDelivering } from '../support/delivering.ts';
import { aDelivery, anAttemptMessage } from '../support/factories.ts';
import { aResponse, anError } from '../support/send-results.ts';

function setup() {
  const service = createDelivering();
  const detail = async (id: DeliveryId) => {
    const found = await service.ports.deliveries.detail('default', id);
    if (found === undefined) throw new Error('The delivery is not there');
    return found;
  };
  return { ...service, detail };
}

describe('attempts', () => {
  it('deliver an event once, with the bytes as they came', async () => {
    const { subscribe, publish, settle, sent, detail } = setup();
    const id = await publish(await subscribe());
    await settle();
    expect(sent).toHaveLength(1);
    expect(new TextDecoder().decode(sent[0]?.body)).toBe('{"a":1}');
    expect((await detail(id)).delivery).toMatchObject({ status: 'delivered', attemptCount: 1 });
  });

  it('follow the schedule, with one id, one number more and a fresh time each', async () => {
    const { subscribe, publish, settle, sent, world, clock, detail } = setup();
    const times: number[] = [];
    world.endpoint = () => {
      times.push(clock.now());
      return aResponse({ statusCode: 500, durationMs: 0 });
    };
    const id = await publish(await subscribe());
    await settle();
    const [first = 0] = times;
    expect(times.map((time) => time - first)).toEqual([0, 10_000, 70_000]);
    expect(sent.map(({ headers }) => headers['X-Webhook-Attempt'])).toEqual(['1', '2', '3']);
    expect(new Set(sent.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
    expect(new Set(sent.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3);
    const { delivery, attempts } = await detail(id);
    expect(delivery).toMatchObject({ status: 'failed', reason: 'exhausted', attemptCount: 3 });
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      'failed_attempt',
      'failed_attempt',
      'failure',
    ]);
  });

  it('send nothing twice for a message resent because it was late', async () => {
    const { subscribe, publish, ports, clock, work, sent, send } = createDelivering();
    const subscription = await subscribe();
    const id = await publish(subscription);
    const { delivery } = (await ports.deliveries.load('default', [id])).get(id)!;
    clock.advance(60_000);
    await send(attemptAgain(delivery, clock.now() - 1, clock.now())!);

    expect(await work()).toEqual({ received: 2, failed: 0 });
    expect(sent).toHaveLength(1);
  });

  it('send nothing twice for a message that comes twice, in one batch or later', async () => {
    const { subscribe, publish, settle, sent, send, clock } = setup();
    const id = await publish(await subscribe());
    const again = anAttemptMessage({ deliveryId: id, sentAt: clock.now(), dueAt: clock.now() });
    await send(again, again);
    await settle();
    await send(again);
    await settle();
    expect(sent).toHaveLength(1);
  });

  it('wait for a row that is not committed yet, and drop what never is', async () => {
    const { work, settle, sent, send, clock, ports, subscribe, logLines } = setup();
    const subscription = await subscribe();
    const late = aDelivery({ subscriptionId: subscription.id, createdAt: clock.now() });
    const sentAt = clock.now();
    await send(anAttemptMessage({ deliveryId: late.id, sentAt, dueAt: sentAt }));
    expect(await work()).toEqual({ received: 1, failed: 0 });
    expect(sent).toHaveLength(0);
    await ports.deliveries.commit(late, new Uint8Array([0x30]));
    await settle();
    expect(sent).toHaveLength(1);

    const never = aDelivery({ subscriptionId: subscription.id, createdAt: clock.now() });
    await send(anAttemptMessage({ deliveryId: never.id, sentAt: clock.now(), dueAt: clock.now() }));
    await settle();
    expect(sent).toHaveLength(1);
    expect(logLines.join('')).toContain('never_committed');
  });

  it('read a missing row once more before they send the message again', async () => {
    const { work, sent, send, clock, ports, subscribe, context } = setup();
    const subscription = await subscribe();
    const delivery = aDelivery({ subscriptionId: subscription.id, createdAt: clock.now() });
    await send(anAttemptMessage({ deliveryId: delivery.id, sentAt: clock.now(), dueAt: 0 }));
    const wait: Context['wait'] = async (ms) => {
      expect(ms).toBe(limits.commitReadRetryMs);
      await ports.deliveries.commit(delivery, new Uint8Array([0x30]));
    };
    await work({ ...context, wait });
    expect(sent).toHaveLength(1);
  });

  it('resend a message that arrived early', async () => {
    const { subscribe, publish, sent, clock, work, ports, context } = setup();
    const id = await publish(await subscribe());
    await work();
    const dueAt = clock.now() + 3_600_000;
    const early = anAttemptMessage({ deliveryId: id, cycle: 2, dueAt });
    const forwarded: unknown[] = [];
    const queue = {
      send: (messages: readonly unknown[]) => Promise.resolve(void forwarded.push(...messages)),
    };
    await ports.queue.send([{ ...early, dueAt: clock.now() }]);
    const tooEarly = { ...clock, now: () => clock.now() - 10_000 };
    await work({ ...context, queue, clock: tooEarly });
    expect(forwarded).toHaveLength(1);
    expect(sent).toHaveLength(1);
  });

  it('park while the subscription is inactive, without burning attempts', async () => {
    const { subscribe, publish, settle, sent, ports, detail, clock } = setup();
    const subscription = await subscribe();
    const id = await publish(subscription);
    const paused = { ...subscription, status: 'inactive' as const, version: 2 };
    await ports.subscriptions.replace(subscription, paused);
    clock.advance(limits.memoTtlMsMax);
    await settle();
    expect(sent).toHaveLength(0);
    expect((await detail(id)).delivery).toMatchObject({ status: 'parked', attemptCount: 0 });
  });

  it('cancel when the subscription is gone', async () => {
    const { subscribe, publish, settle, sent, ports, detail, clock } = setup();
    const subscription = await subscribe();
    const id = await publish(subscription);
    await ports.subscriptions.remove('default', subscription.id);
    clock.advance(limits.memoTtlMsMax);
    await settle();
    expect(sent).toHaveLength(0);
    expect((await detail(id)).delivery).toMatchObject({
      status: 'cancelled',
      reason: 'subscription_deleted',
    });
  });

  it('deactivate the subscription on 410, and park what follows', async () => {
    const { subscribe, publish, settle, world, ports, detail } = setup();
    world.endpoint = () => aResponse({ statusCode: 410 });
    const subscription = await subscribe();
    const gone = await publish(subscription);
    await settle();
    expect((await detail(gone)).delivery).toMatchObject({ status: 'failed', reason: 'gone' });
    expect(await ports.subscriptions.get('default', subscription.id)).toMatchObject({
      status: 'inactive',
      inactiveReason: 'gone',
    });
    const next = await publish(subscription);
    expect((await detail(next)).delivery.status).toBe('parked');
  });

  it('hold back the whole subscription during Retry-After, without burning attempts', async () => {
    const { subscribe, publish, settle, sent, world, clock, detail, work } = setup();
    const busy = aResponse({ statusCode: 429, headers: { 'retry-after': '3600' } });
    world.endpoint = (_, count) => (count === 1 ? busy : aResponse());
    const subscription = await subscribe();
    const startedAt = clock.now();
    const first = await publish(subscription);
    await work();
    const second = await publish(subscription);
    await work();
    expect(sent).toHaveLength(1);
    const { delivery } = await detail(second);
    expect(delivery).toMatchObject({ status: 'pending', attemptCount: 0 });
    expect(delivery.nextAttemptAt).toBeGreaterThanOrEqual(startedAt + 3_600_000);
    await settle();
    expect(sent).toHaveLength(3);
    expect(clock.now() - startedAt).toBeLessThan(3_600_000 * 1.25);
    for (const id of [first, second]) {
      expect((await detail(id)).delivery.status).toBe('delivered');
    }
  });

  it('stop for one message when the endpoint says abort-message', async () => {
    const { subscribe, publish, settle, sent, world, detail, ports } = setup();
    world.endpoint = () =>
      aResponse({ statusCode: 500, headers: { 'webhook-delivery': 'abort-message' } });
    const subscription = await subscribe();
    const id = await publish(subscription);
    await settle();
    expect(sent).toHaveLength(1);
    expect((await detail(id)).delivery).toMatchObject({ status: 'failed', reason: 'aborted' });
    const kept = await ports.subscriptions.get('default', subscription.id);
    expect(kept?.status).toBe('active');
  });

  it('count hops, so that a loop through our own ingest ends', async () => {
    const { subscribe, publish, settle, sent, world, call } = setup();
    const subscription = await subscribe({ secret: null });
    const codes: string[] = [];
    world.endpoint = async ({ headers }) => {
      const again = await call('ingest', {
        id: subscription.id,
        body: {},
        headers: { 'webhook-hops': headers['webhook-hops'] ?? '' },
      });
      codes.push(again.status === 202 ? 'accepted' : again.text);
      return aResponse({ statusCode: again.status, headers: { ...again.headers } });
    };
    await publish(subscription);
    await settle();
    expect(sent).toHaveLength(limits.hopsMax);
    expect(codes.slice(0, -1)).toEqual(Array(limits.hopsMax - 1).fill('accepted'));
    expect(codes.at(-1)).toContain('loop-detected');
  });

  it('queue the retry before the attempt is recorded', async () => {
    const { subscribe, publish, work, world, context, ports, sent } = setup();
    world.endpoint = () => anError('connect_refused');
    await publish(await subscribe());
    const order: string[] = [];
    const deliveries: Context['deliveries'] = {
      ...ports.deliveries,
      recordAttempt: (...change) => {
        order.push('record');
        return ports.deliveries.recordAttempt(...change);
      },
    };
    const queue = {
      send: (messages: Parameters<Context['queue']['send']>[0]) => {
        order.push('queue');
        return ports.queue.send(messages);
      },
    };
    await work({ ...context, deliveries, queue });
    expect(sent).toHaveLength(1);
    expect(order).toEqual(['queue', 'record']);
  });

  it('come again when the retry cannot be queued, and proceed when only the record is lost', async () => {
    const { subscribe, publish, work, world, context, ports } = setup();
    world.endpoint = () => aResponse({ statusCode: 500 });
    const broken = () => Promise.reject(new Error('the store is away'));
    await publish(await subscribe());
    expect(await work({ ...context, queue: { send: broken } })).toEqual({
      received: 1,
      failed: 1,
    });
    const subscription = await subscribe();
    await publish(subscription);
    const deliveries = { ...ports.deliveries, recordAttempt: broken };
    expect(await work({ ...context, deliveries })).toEqual({ received: 1, failed: 0 });
    world.endpoint = () => aResponse();
    await publish(subscription);
    expect(await work({ ...context, deliveries })).toEqual({ received: 1, failed: 1 });
  });

  it('do not start when the function has too little time left, but go back', async () => {
    const { subscribe, publish, sent, context, clock, ports, settle } = setup();
    await publish(await subscribe({ timeoutMs: 5_000 }));
    const visibilityMs = limits.queueVisibilityMs;
    const [message] = await ports.receiver.receive({ limit: 1, now: clock.now(), visibilityMs });
    if (message === undefined) throw new Error('There is no message');
    const event = { Records: [{ messageId: '1', body: message.body } as SQSRecord] };
    const neededMs = 5_000 + limits.recordReserveMs;
    const left = (ms: number) => ({ getRemainingTimeInMillis: () => ms });
    const handler = createDeliverHandler(context);
    expect(await handler(event, left(neededMs - 1))).toEqual({ batchItemFailures: [] });
    expect(sent).toHaveLength(0);
    await ports.receiver.delete([message.receiptHandle]);
    await settle();
    expect(sent).toHaveLength(1);
  });

  it('fail alone in a batch', async () => {
    const { subscribe, publish, work, world, context, ports, send } = setup();
    const subscription = await subscribe();
    for (let index = 0; index < 9; index += 1) await publish(subscription);
    world.endpoint = () => aResponse();
    const bad = aDelivery({ subscriptionId: subscription.id });
    await send({ ...anAttemptMessage({ deliveryId: bad.id }), sentAt: 0, dueAt: 0 });
    let records = 0;
    const deliveries: Context['deliveries'] = {
      ...ports.deliveries,
      recordAttempt: (...change) => {
        records += 1;
        if (records === 3) return Promise.reject(new Error('the store is away'));
        return ports.deliveries.recordAttempt(...change);
      },
    };
    expect(await work({ ...context, deliveries })).toEqual({ received: 10, failed: 1 });
  });
});

describe('replay and cancel during an attempt', () => {
  it('keep the replay, and log the attempt that it overtook', async () => {
    const { subscribe, publish, settle, world, context, sent, detail } = setup();
    const id = await publish(await subscribe());
    world.endpoint = async (_, count) => {
      if (count === 1) await retryDelivery(context, 'default', id);
      return aResponse({ statusCode: count === 1 ? 500 : 200 });
    };
    await settle();
    expect(sent).toHaveLength(2);
    const { delivery, attempts } = await detail(id);
    expect(delivery).toMatchObject({ status: 'delivered', cycle: 2, attemptCount: 2 });
    expect(attempts.map(({ number, cycle }) => [number, cycle])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('send nothing more after a cancellation, and log what was in flight', async () => {
    const { subscribe, publish, settle, world, context, sent, detail } = setup();
    const id = await publish(await subscribe());
    world.endpoint = async () => {
      await cancelDelivery(context, 'default', id);
      return aResponse({ statusCode: 500 });
    };
    await settle();
    expect(sent).toHaveLength(1);
    const { delivery, attempts } = await detail(id);
    expect(delivery).toMatchObject({ status: 'cancelled', reason: 'requested' });
    expect(attempts).toHaveLength(1);
  });
});
