import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { UnsentError } from '../../lambdas/core/shared/port-errors.ts';
import { createDelivering } from '../support/delivering.ts';
import { aResponse } from '../support/send-results.ts';

function setup() {
  const service = createDelivering();
  const lack = () => {
    service.world.endpoint = () => {
      throw new UnsentError('no_descriptor');
    };
  };
  const have = () => {
    service.world.endpoint = () => aResponse();
  };
  return { ...service, lack, have };
}

describe('what the service itself could not send', () => {
  it('is no attempt, however long it lasts, and is sent when it can be', async () => {
    const { subscribe, publish, runUntil, settle, sent, clock, ports, ...sender } = setup();
    sender.lack();
    const subscription = await subscribe({ retrySchedule: [1] });
    const id = await publish(subscription);
    await runUntil(clock.now() + 6 * limits.failingMsMax);
    const waiting = await ports.deliveries.detail('default', id);
    expect(waiting?.delivery).toMatchObject({ status: 'pending', attemptCount: 0 });
    expect(waiting?.attempts).toEqual([]);
    const judged = await ports.subscriptions.get('default', subscription.id);
    expect(judged).toMatchObject({
      status: 'active',
      health: { failingSince: null, circuit: { state: 'closed' } },
    });
    const triesBefore = sent.length;
    sender.have();
    await settle();
    expect(sent).toHaveLength(triesBefore + 1);
    const done = await ports.deliveries.detail('default', id);
    expect(done?.delivery).toMatchObject({ status: 'delivered', attemptCount: 1 });
  });

  it('is retried soon at first, then less and less often, at least every quarter of an hour', async () => {
    const { subscribe, publish, runUntil, clock, ...service } = setup();
    const times: number[] = [];
    service.world.endpoint = () => {
      times.push(clock.now());
      throw new UnsentError('no_port');
    };
    await publish(await subscribe());
    await runUntil(clock.now() + 24 * 3_600_000);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    const spreadMax = 1 + limits.jitterRatio;
    expect(waits[0]).toBeGreaterThanOrEqual(limits.unsentDelayMsMin);
    expect(waits[0]).toBeLessThanOrEqual(limits.unsentDelayMsMin * spreadMax);
    expect(Math.max(...waits)).toBeGreaterThanOrEqual(limits.unsentDelayMsMax);
    expect(Math.max(...waits)).toBeLessThanOrEqual(limits.unsentDelayMsMax * spreadMax);
    expect(times.length).toBeLessThan(120);
  });

  it('never becomes a dead letter', async () => {
    const { subscribe, publish, runUntil, clock, ports, ...sender } = setup();
    sender.lack();
    await publish(await subscribe());
    await runUntil(clock.now() + 24 * 3_600_000);
    const query = { tenant: 'default', reason: null, redriven: null, limit: 10, cursor: null };
    expect((await ports.deadLetters.list(query)).items).toEqual([]);
  });

  it('is an error in the log that names the shortage, not the endpoint', async () => {
    const { subscribe, publish, work, logLines, ...sender } = setup();
    sender.lack();
    await publish(await subscribe({ targetUrl: 'https://receiver.example/secret-path' }));
    await work();
    const line = logLines.find((text) => text.includes('attempt.unsent')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ level: 'ERROR', fault: 'no_descriptor' });
    expect(line).not.toContain('secret-path');
  });

  it('makes the service unhealthy until something is sent again', async () => {
    const { subscribe, publish, work, settle, call, clock, ...sender } = setup();
    sender.lack();
    await publish(await subscribe());
    expect((await call('getHealth')).status).toBe(200);
    await work();
    const unhealthy = await call('getHealth');
    expect(unhealthy.status).toBe(503);
    expect(unhealthy.json).toMatchObject({ code: 'unavailable' });
    expect(unhealthy.text).toContain('no_descriptor');
    sender.have();
    await settle();
    expect((await call('getHealth')).status).toBe(200);

    sender.lack();
    await publish(await subscribe());
    await work();
    clock.advance(limits.unsentShownMs + 1);
    expect((await call('getHealth')).status).toBe(200);
  });

  it('requests another slot from the rate limit', async () => {
    const { subscribe, publish, settle, sent, clock, ...sender } = setup();
    const times: number[] = [];
    sender.lack();
    const subscription = await subscribe({ rateLimit: { perSecond: 0.01, burst: 1 } });
    await publish(subscription);
    await sender.work();
    sender.world.endpoint = () => {
      times.push(clock.now());
      return aResponse();
    };
    await publish(subscription);
    await settle();
    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(99_000);
    expect(sent).toHaveLength(3);
  });
});
