// The delivering half of the service on a virtual clock: the real deliver handler over the sqlite queue, and an
// endpoint that answers as the test says.
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { SendRequest, SendResult } from '../../lambdas/core/deliveries/send-result.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import { createDeliverHandler } from '../../lambdas/edge/queue/queue.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import { publishEvent } from '../../lambdas/operations/events/publish-event.ts';
import { aSubscription } from './factories.ts';
import { aResponse } from './send-results.ts';
import type { ServiceOptions } from './service.ts';
import { sqsRecord } from './sqs-record.ts';
import { createService } from './service.ts';

export type Endpoint = (request: SendRequest, count: number) => SendResult | Promise<SendResult>;

const owner = { tenant: 'default', scopes: ['admin'] as const, keyId: 'k' };

export function createDelivering(options: ServiceOptions = {}) {
  const service = createService(options);
  const { ports, clock } = service;
  const sent: SendRequest[] = [];
  const world = { endpoint: (() => aResponse()) as Endpoint };
  const context: Context = {
    ...service.context,
    sender: {
      async send(request) {
        sent.push(request);
        return world.endpoint(request, sent.length);
      },
    },
  };

  async function subscribe(about: Partial<Subscription> = {}): Promise<Subscription> {
    const subscription = aSubscription({ eventTypes: null, retrySchedule: [10, 60], ...about });
    await ports.subscriptions.create(subscription);
    return subscription;
  }

  async function publish(subscription: Subscription) {
    const published = await publishEvent(context, {
      caller: owner,
      sourceAddress: '192.0.2.1',
      subscriptionId: subscription.id,
      eventType: 'invoice.paid',
      contentType: 'application/json',
      contentEncoding: null,
      headers: {},
      idempotencyKey: null,
      hops: 0,
      body: new TextEncoder().encode('{"a":1}'),
    });
    if (published.kind !== 'accepted') throw new Error('The event was filtered');
    return published.deliveryId;
  }

  /** Gives what is due to the handler once. Returns how many messages there were, and which of them failed. */
  async function work(using: Context = context): Promise<{ received: number; failed: number }> {
    const visibilityMs = limits.queueVisibilityMs;
    const messages = await ports.receiver.receive({ limit: 10, now: clock.now(), visibilityMs });
    const records = messages.map(sqsRecord);
    const answer = await createDeliverHandler(using)({ Records: records });
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const done = messages.filter(({ messageId }) => !failed.has(messageId));
    await ports.receiver.delete(done.map(({ receiptHandle }) => receiptHandle));
    return { received: messages.length, failed: failed.size };
  }

  /** Works and moves the clock on until the queue is empty. */
  async function settle(): Promise<void> {
    for (let rounds = 0; rounds < 1_000; rounds += 1) {
      const { received } = await work();
      const next = ports.receiver.nextWaitingUntil();
      if (received === 0 && next === null) return;
      if (received === 0 && next !== null) clock.advance(Math.max(0, next - clock.now()));
    }
    throw new Error('The queue does not run empty');
  }

  /** Works on all that is due up to a moment, and moves the clock there. */
  async function runUntil(at: number): Promise<void> {
    for (;;) {
      const { received } = await work();
      if (received > 0) continue;
      const next = ports.receiver.nextWaitingUntil();
      if (next === null || next > at) break;
      clock.advance(Math.max(0, next - clock.now()));
    }
    clock.advance(Math.max(0, at - clock.now()));
  }

  async function send(...messages: QueueMessage[]): Promise<void> {
    await ports.queue.send(messages);
  }

  return { ...service, context, sent, world, subscribe, publish, work, settle, runUntil, send };
}
