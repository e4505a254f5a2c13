import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { propagationMs } from '../../lambdas/contract/limits/propagation.ts';
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import type { OperationalEvent } from '../../lambdas/contract/announcements/operational-events.ts';
import { newHealth } from '../../lambdas/core/endpoints/health.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import { retryDelivery } from '../../lambdas/operations/deliveries/retry-delivery.ts';
import { updateSubscription } from '../../lambdas/operations/subscriptions/update-subscription.ts';
import { createDelivering } from '../support/delivering.ts';
import { anAnnounceMessage } from '../support/factories.ts';
import { aResponse } from '../support/send-results.ts';
import type { ServiceOptions } from '../support/service.ts';

const operatorUrl = 'https://operator.example.com/hooks';
const gone = 'https://gone.example.com/hooks';
const failing = 'https://failing.example.com/hooks';

function setup(options: ServiceOptions = {}) {
  const service = createDelivering(options);
  const { world, sent, ports, context } = service;
  world.endpoint = ({ url }) => {
    if (url === gone) return aResponse({ statusCode: 410 });
    return aResponse({ statusCode: url === failing ? 500 : 200 });
  };
  const messages: QueueMessage[] = [];
  context.queue = {
    send: (sending) => {
      messages.push(...sending);
      return ports.queue.send(sending);
    },
  };
  const onBus: OperationalEvent[] = [];
  /** Somebody may listen to the bus. */
  const listen = () => {
    context.bus = {
      isHeard: true,
      put: async (event) => {
        onBus.push(event);
      },
    };
  };
  const operate = (about: Partial<Subscription> = {}) =>
    service.subscribe({ targetUrl: operatorUrl, operationalEvents: true, ...about });
  const told = () =>
    sent
      .filter(({ url }) => url === operatorUrl)
      .map(({ body }) => JSON.parse(new TextDecoder().decode(body)) as OperationalEvent);
  const announces = () => messages.filter(({ kind }) => kind === 'announce');
  const typesOf = (events: readonly OperationalEvent[]) => events.map(({ type }) => type);
  return { ...service, messages, onBus, listen, operate, told, announces, typesOf };
}

describe("an operator's subscription", () => {
  it('is told that a delivery failed and its subscription was disabled, once each', async () => {
    const { operate, subscribe, publish, settle, told } = setup();
    await operate();
    const subscription = await subscribe({ targetUrl: gone, name: 'Shop' });
    const id = await publish(subscription);
    await settle();
    const about = {
      tenant: 'default',
      subscription_id: subscription.id,
      subscription_name: 'Shop',
    };
    const events = told().toSorted((left, right) => (left.type < right.type ? -1 : 1));
    expect(events).toEqual([
      {
        type: 'webhook.delivery.failed',
        timestamp: expect.stringMatching(/Z$/),
        data: {
          ...about,
          delivery_id: id,
          event_type: 'invoice.paid',
          reason: 'gone',
          attempts: 1,
          last_status_code: 410,
          last_error_code: 'gone',
        },
      },
      {
        type: 'webhook.subscription.disabled',
        timestamp: expect.stringMatching(/Z$/),
        data: { ...about, reason: 'gone' },
      },
    ]);
  });

  it('gets them signed, typed and logged like any webhook', async () => {
    const { operate, subscribe, publish, settle, sent, ports } = setup();
    const operator = await operate({ secret: 'a secret' });
    await publish(await subscribe({ targetUrl: failing, retrySchedule: [] }));
    await settle();
    const { headers } = sent.find(({ url }) => url === operatorUrl)!;
    expect(headers).toMatchObject({
      'webhook-signature': expect.stringMatching(/^v1,/),
      'X-Event-Type': 'webhook.delivery.failed',
      'Content-Type': 'application/json',
    });
    const detail = await ports.deliveries.detail('default', headers['webhook-id'] as DeliveryId);
    expect(detail).toMatchObject({
      delivery: { subscriptionId: operator.id, status: 'delivered' },
      attempts: [{ outcome: 'success' }],
    });
  });

  it('receives what its event types accept', async () => {
    const { operate, subscribe, publish, settle, told, typesOf, announces } = setup();
    await operate({ eventTypes: ['webhook.subscription.*', 'invoice.paid'] });
    await publish(await subscribe({ targetUrl: failing, retrySchedule: [] }));
    await settle();
    expect(announces()).toEqual([]);
    await publish(await subscribe({ targetUrl: gone }));
    await settle();
    expect(typesOf(told())).toEqual(['webhook.subscription.disabled']);
  });

  it('of another tenant receives nothing', async () => {
    const { operate, subscribe, publish, settle, told } = setup();
    await operate({ tenant: 'another' });
    await publish(await subscribe({ targetUrl: gone }));
    await settle();
    expect(told()).toEqual([]);
  });

  it('is never told of itself or of another one, but the bus is', async () => {
    const { operate, subscribe, publish, settle, told, onBus, listen, typesOf } = setup();
    listen();
    await operate({ targetUrl: gone, retrySchedule: [] });
    await operate();
    await publish(await subscribe({ targetUrl: failing, retrySchedule: [] }));
    await settle();
    expect(typesOf(told())).toEqual(['webhook.delivery.failed']);
    expect(typesOf(onBus).toSorted()).toEqual([
      'webhook.delivery.failed',
      'webhook.delivery.failed',
      'webhook.subscription.disabled',
    ]);
  });

  it('without other subscriptions keeps the queue quiet', async () => {
    const { operate, publish, settle, announces } = setup();
    await publish(await operate({ targetUrl: gone }));
    await settle();
    expect(announces()).toEqual([]);
  });

  it('that is inactive has them parked', async () => {
    const { operate, subscribe, publish, settle, told, ports } = setup();
    const { id } = await operate({ status: 'inactive', inactiveReason: 'paused' });
    await publish(await subscribe({ targetUrl: failing, retrySchedule: [] }));
    await settle();
    expect(told()).toEqual([]);
    const { items } = await ports.deliveries.listParked('default', id, { limit: 10, cursor: null });
    expect(items.map(({ eventType }) => eventType)).toEqual(['webhook.delivery.failed']);
  });
});

describe('announcements', () => {
  it('cost nothing without listeners', async () => {
    const { subscribe, publish, settle, announces } = setup();
    await publish(await subscribe({ targetUrl: gone }));
    await settle();
    expect(announces()).toEqual([]);
  });

  it('are not made when turned off', async () => {
    const { operate, listen, subscribe, publish, settle, told, onBus, announces } = setup({
      settings: { OPERATIONAL_EVENTS: 'off' },
    });
    listen();
    await operate();
    await publish(await subscribe({ targetUrl: gone }));
    await settle();
    expect([announces(), told(), onBus]).toEqual([[], [], []]);
  });

  it('report a circuit that a person closes', async () => {
    const { operate, subscribe, context, settle, told, typesOf, clock } = setup();
    await operate();
    const open = { state: 'open' as const, since: clock.now(), probeAt: clock.now(), probes: 0 };
    const health = { ...newHealth(0), circuit: open };
    const { id } = await subscribe({ health });
    await updateSubscription(context, { tenant: 'default', id }, { status: 'active' });
    await settle();
    expect(typesOf(told())).toEqual(['webhook.circuit.closed']);
  });

  it('that are repeated change nothing', async () => {
    const { operate, subscribe, publish, settle, told, announces, send, clock } = setup();
    await operate();
    await publish(await subscribe({ targetUrl: failing, retrySchedule: [] }));
    await settle();
    const [announcement] = announces();
    clock.advance(60_000);
    await send(announcement!);
    await settle();
    await send({ ...announcement!, sentAt: clock.now() });
    await settle();
    expect(told()).toHaveLength(1);
  });

  it('report a failed cycle even after a replay has begun the next one', async () => {
    const { operate, subscribe, publish, work, settle, told, context } = setup();
    await operate();
    const id = await publish(await subscribe({ targetUrl: failing, retrySchedule: [] }));
    await work();
    await retryDelivery(context, 'default', id);
    await settle();
    const attempts = told().map(({ data }) => 'attempts' in data && data.attempts);
    expect(new Set(attempts)).toEqual(new Set([1, 2]));
    expect(attempts).toHaveLength(2);
  });

  it('go before the record of the failure, and before the change of the subscription', async () => {
    const { operate, subscribe, publish, work, context, ports } = setup();
    await operate();
    await publish(await subscribe({ targetUrl: gone }));
    const order: string[] = [];
    const queue: Context['queue'] = {
      send: (sending) => {
        for (const { kind, ...message } of sending) {
          order.push('change' in message ? `${kind} ${message.change.of}` : kind);
        }
        return ports.queue.send(sending);
      },
    };
    const deliveries: Context['deliveries'] = {
      ...ports.deliveries,
      recordAttempt: (...change) => {
        order.push('record');
        return ports.deliveries.recordAttempt(...change);
      },
    };
    const subscriptions: Context['subscriptions'] = {
      ...ports.subscriptions,
      replace: (...change) => {
        order.push('replace');
        return ports.subscriptions.replace(...change);
      },
    };
    await work({ ...context, queue, deliveries, subscriptions });
    expect(order).toEqual(['announce health', 'replace', 'announce delivery', 'record']);
  });

  it('that cannot be queued leave the subscription as it is, and let the message of a last attempt come again', async () => {
    const { operate, subscribe, publish, work, context, ports } = setup();
    await operate();
    const queue = { send: () => Promise.reject(new Error('the queue is away')) };
    const { id } = await subscribe({ targetUrl: gone });
    const delivery = await publish((await ports.subscriptions.get('default', id))!);
    expect(await work({ ...context, queue })).toEqual({ received: 1, failed: 1 });
    expect(await ports.subscriptions.get('default', id)).toMatchObject({ status: 'active' });
    const loaded = await ports.deliveries.load('default', [delivery]);
    expect(loaded.get(delivery)?.delivery).toMatchObject({ status: 'pending', attemptCount: 0 });
  });

  it('wait for a change that is not stored yet', async () => {
    const { operate, subscribe, send, work, settle, told, typesOf, ports, clock } = setup();
    await operate();
    const subscription = await subscribe();
    const at = clock.now();
    const change = { of: 'health' as const, event: 'disabled' as const, at };
    const { id: subscriptionId } = subscription;
    await send(anAnnounceMessage({ subscriptionId, change, sentAt: at, dueAt: at }));
    await work();
    expect(told()).toEqual([]);
    clock.advance(limits.commitResendDelayMs);
    const health = { ...subscription.health, history: [{ at, kind: 'disabled' as const }] };
    await ports.subscriptions.replace(subscription, { ...subscription, health, version: 2 });
    await settle();
    expect(typesOf(told())).toEqual(['webhook.subscription.disabled']);
  });

  it('of a change that is never stored end, and say so', async () => {
    const { operate, subscribe, send, settle, told, clock, logLines } = setup();
    await operate();
    const { id: subscriptionId } = await subscribe();
    const at = clock.now();
    const change = { of: 'health' as const, event: 'disabled' as const, at };
    await send(anAnnounceMessage({ subscriptionId, change, sentAt: at, dueAt: at }));
    await settle();
    expect(told()).toEqual([]);
    expect(clock.now() - at).toBeGreaterThanOrEqual(propagationMs);
    expect(logLines.join('')).toContain('announcement.dropped');
  });

  it('of a subscription that was deleted end', async () => {
    const { operate, subscribe, publish, work, settle, told, ports } = setup();
    await operate();
    const { id } = await subscribe({ targetUrl: failing, retrySchedule: [] });
    await publish((await ports.subscriptions.get('default', id))!);
    await work();
    await ports.subscriptions.remove('default', id);
    await settle();
    expect(told()).toEqual([]);
  });

  it('come again when the bus fails, and tell nobody twice', async () => {
    const { operate, subscribe, publish, settle, told, context } = setup();
    await operate();
    let tries = 0;
    const put = () => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error('the bus is away')) : Promise.resolve();
    };
    context.bus = { isHeard: true, put };
    await publish(await subscribe({ targetUrl: failing, retrySchedule: [] }));
    await settle();
    expect(tries).toBe(2);
    expect(told()).toHaveLength(1);
  });

  it('count hops, so that a loop through our own ingest ends', async () => {
    const { operate, subscribe, publish, settle, sent, world, call } = setup();
    await operate();
    const subscription = await subscribe({ targetUrl: failing, retrySchedule: [], secret: null });
    const codes: number[] = [];
    world.endpoint = async ({ url, headers }) => {
      if (url === failing) return aResponse({ statusCode: 500 });
      const again = await call('ingest', {
        id: subscription.id,
        body: {},
        headers: { 'webhook-hops': headers['webhook-hops'] ?? '' },
      });
      codes.push(again.status);
      return aResponse();
    };
    await publish(subscription);
    await settle();
    expect(codes).toEqual([...Array(limits.hopsMax - 1).fill(202), 422]);
    expect(sent).toHaveLength(2 * limits.hopsMax);
  });
});
