import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { createDeliverHandler } from '../../lambdas/edge/queue/queue.ts';
import { createDelivering } from '../support/delivering.ts';
import { aResponse } from '../support/send-results.ts';
import { sqsRecord } from '../support/sqs-record.ts';

const remainingMs = limits.deliverFunctionTimeoutMs;
const lambdaContext = { getRemainingTimeInMillis: () => remainingMs };

describe('a batch that has an end', () => {
  it('leaves hanging messages behind before its function is stopped, and finishes the rest', async () => {
    const { subscribe, publish, world, clock, context, ports } = createDelivering();
    const hanging = await subscribe({ targetUrl: 'https://hanging.example/' });
    const healthy = await subscribe();
    world.endpoint = ({ url }) => (url === hanging.targetUrl ? new Promise(() => {}) : aResponse());
    const stuck = await publish(hanging);
    const fine = await publish(healthy);
    const messages = await ports.receiver.receive({
      limit: 10,
      now: clock.now(),
      visibilityMs: limits.queueVisibilityMs,
    });
    const { promise: timeUp, resolve: endTime } = Promise.withResolvers<void>();
    const waits: number[] = [];
    const wait = (ms: number) => {
      waits.push(ms);
      return timeUp;
    };
    const answer = createDeliverHandler({ ...context, wait })(
      { Records: messages.map(sqsRecord) },
      lambdaContext,
    );
    await expect
      .poll(async () => (await ports.deliveries.detail('default', fine))?.delivery.status)
      .toBe('delivered');
    endTime();
    const failed = messages.find(({ body }) => body.includes(stuck));
    expect(await answer).toEqual({
      batchItemFailures: [{ itemIdentifier: failed?.messageId }],
    });
    expect(waits).toEqual([remainingMs - limits.batchReserveMs]);
  });

  it('clears its timer when everything finishes in time', async () => {
    const { subscribe, publish, clock, context, ports } = createDelivering();
    await publish(await subscribe());
    const messages = await ports.receiver.receive({
      limit: 10,
      now: clock.now(),
      visibilityMs: limits.queueVisibilityMs,
    });
    const signals: (AbortSignal | undefined)[] = [];
    const wait = (_ms: number, signal?: AbortSignal) => {
      signals.push(signal);
      return new Promise<void>(() => {});
    };
    const handler = createDeliverHandler({ ...context, wait });
    const answer = await handler({ Records: messages.map(sqsRecord) }, lambdaContext);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
  });
});
