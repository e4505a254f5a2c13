// What the queue lost, found and asked for again: by the hourly check, and by a request of a person's.
import { describe, expect, it } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { propagationMs } from '../../lambdas/contract/limits/propagation.ts';
import { newHealth } from '../../lambdas/core/endpoints/health.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import { InvalidCursorError } from '../../lambdas/core/shared/port-errors.ts';
import { hourMs } from '../../lambdas/core/ledger/stats.ts';
import { checkLedger } from '../../lambdas/operations/ledger/check-ledger.ts';
import { createReplay } from '../../lambdas/operations/replays/create-replay.ts';
import { deleteSubscription } from '../../lambdas/operations/subscriptions/delete-subscription.ts';
import { recoverLedger } from '../../lambdas/operations/ledger/recover-ledger.ts';
import type { RecoverWish } from '../../lambdas/operations/ledger/recover-ledger.ts';
import { updateSubscription } from '../../lambdas/operations/subscriptions/update-subscription.ts';
import { createDelivering } from '../support/delivering.ts';
import { aDelivery, noon, replayFilters } from '../support/factories.ts';
import { aResponse } from '../support/send-results.ts';

const minute = 60_000;

function setup() {
  const service = createDelivering();
  const { ports, clock, context, logLines } = service;

  /** Everything on the queue, waiting or not. */
  async function purge(): Promise<number> {
    let lost = 0;
    for (;;) {
      const now = Number.MAX_SAFE_INTEGER / 4;
      const messages = await ports.receiver.receive({ limit: 10, now, visibilityMs: 1 });
      if (messages.length === 0) return lost;
      lost += messages.length;
      await ports.receiver.delete(messages.map(({ receiptHandle }) => receiptHandle));
    }
  }

  const check = () => checkLedger(context, Infinity);

  const recover = (wish: Partial<RecoverWish> = {}) =>
    recoverLedger(context, {
      tenant: 'default',
      lateMs: limits.recoverLateMsDefault,
      perSecond: 100,
      dryRun: false,
      cursor: null,
      ...wish,
    });

  const told = () =>
    logLines.map((line) => JSON.parse(line)).filter(({ message }) => message === 'ledger.overdue');

  const statusOf = async (id: DeliveryId) =>
    (await ports.deliveries.detail('default', id))?.delivery.status;

  async function publishMany(count: number) {
    const subscription = await service.subscribe();
    const ids: DeliveryId[] = [];
    while (ids.length < count) ids.push(await service.publish(subscription));
    return { subscription, ids };
  }

  return { ...service, purge, check, recover, told, statusOf, publishMany, clock };
}

describe('the hourly check', () => {
  it('reports overdue deliveries, and requests them again', async () => {
    const { publishMany, purge, check, told, settle, sent, statusOf, clock } = setup();
    const { ids } = await publishMany(25);
    expect(await purge()).toBe(25);
    clock.advance(limits.overdueAfterMs);

    expect(await check()).toBe(true);
    expect(told()).toMatchObject([{ level: 'ERROR', tenant: 'default', overdue: 25, jobs: [] }]);
    expect(told()[0].deliveryIds).toHaveLength(limits.ledgerIdsLoggedMax);
    await settle();

    expect(sent).toHaveLength(25);
    expect(await Promise.all(ids.map(statusOf))).toEqual(ids.map(() => 'delivered'));
  });

  it('leaves alone what the queue may still deliver', async () => {
    const { publishMany, check, told, clock, settle, sent } = setup();
    await publishMany(1);
    clock.advance(limits.overdueAfterMs - 1);
    await check();
    expect(told()).toEqual([]);
    await settle();
    expect(sent).toHaveLength(1);
  });

  it('sends late messages once, however often it requests them again', async () => {
    const { publishMany, check, told, clock, settle, sent } = setup();
    await publishMany(1);
    for (let hour = 0; hour < 5; hour += 1) {
      clock.advance(hourMs);
      await check();
    }
    expect(told()).toHaveLength(5);
    await settle();
    expect(sent).toHaveLength(1);
  });

  it('finds what is lost days after it was accepted', async () => {
    const { subscribe, publish, runUntil, purge, check, clock, world, settle, ports } = setup();
    world.endpoint = () => aResponse({ statusCode: 500 });
    const id = await publish(await subscribe({ retrySchedule: [5 * 86_400] }));
    const read = async () => (await ports.deliveries.detail('default', id))!.delivery;
    for (let hour = 1; hour <= 72; hour += 1) {
      await runUntil(noon + hour * hourMs);
      await check();
    }
    expect(await purge()).toBe(1);
    world.endpoint = () => aResponse();

    clock.advance((await read()).nextAttemptAt! - clock.now());
    for (let checks = 0; checks < 2; checks += 1) {
      clock.advance(hourMs);
      await check();
    }
    await settle();

    expect(await read()).toMatchObject({ status: 'delivered', attemptCount: 2 });
  });

  it('resumes a backlog whose job was lost', async () => {
    const { subscribe, publish, purge, check, told, clock, context, settle, statusOf } = setup();
    const { id: subscriptionId } = await subscribe({
      status: 'inactive',
      inactiveReason: 'paused',
    });
    const subscription = (await context.subscriptions.get('default', subscriptionId))!;
    const id = await publish(subscription);
    const key = { tenant: 'default', id: subscriptionId };
    await updateSubscription(context, key, { status: 'active' });
    expect(await purge()).toBe(1);
    clock.advance(limits.overdueAfterMs + propagationMs + limits.backlogPageMs);

    await check();
    expect(told()).toMatchObject([{ overdue: 1, deliveryIds: [], jobs: [subscriptionId] }]);
    await settle();
    expect(await statusOf(id)).toBe('delivered');
    expect(
      (await context.subscriptions.get('default', subscriptionId))!.health.backlogJob,
    ).toBeNull();
  });

  it('names a job for parked deliveries without one', async () => {
    const { subscribe, ports, check, told, clock, settle, statusOf } = setup();
    const { id: subscriptionId } = await subscribe();
    const parked = aDelivery({ subscriptionId, status: 'parked', reason: 'circuit_open' });
    await ports.deliveries.commit(parked, new Uint8Array());
    clock.advance(limits.overdueAfterMs + propagationMs);

    await check();
    expect(told()).toMatchObject([{ overdue: 1, jobs: [subscriptionId] }]);
    await settle();
    expect(await statusOf(parked.id)).toBe('delivered');
  });

  it('probes an open circuit again', async () => {
    const { subscribe, ports, check, clock, settle, statusOf } = setup();
    const probeAt = noon + hourMs;
    const health = {
      ...newHealth(noon),
      circuit: { state: 'open' as const, since: noon, probeAt, probes: 3 },
      backlogJob: { id: 'ajob0000', step: 7, pace: 'recovery' as const },
    };
    const { id: subscriptionId } = await subscribe({ health });
    const parked = aDelivery({ subscriptionId, status: 'parked', reason: 'circuit_open' });
    await ports.deliveries.commit(parked, new Uint8Array());
    clock.advance(3 * hourMs);

    await check();
    await settle();
    expect(await statusOf(parked.id)).toBe('delivered');
  });

  it('resumes a replay job whose message was lost', async () => {
    const { subscribe, publish, purge, check, told, clock, context, settle, world, ports } =
      setup();
    world.endpoint = () => aResponse({ statusCode: 500 });
    await publish(await subscribe({ retrySchedule: [] }));
    await settle();
    world.endpoint = () => aResponse();
    clock.advance(1_000);
    const wish = { filters: replayFilters(), perSecond: 10, dryRun: false };
    const { job } = await createReplay(context, 'default', wish);
    await purge();
    clock.advance(hourMs);

    await check();
    expect(told()).toMatchObject([{ overdue: 1, jobs: [job!.id] }]);
    await settle();
    const ended = await ports.replays.get('default', job!.id);
    expect(ended).toMatchObject({ state: 'completed', replayed: 1 });
  });

  it('cancels what a deleted subscription left, and then stops', async () => {
    const { subscribe, publish, purge, check, told, clock, context, settle, statusOf, ports } =
      setup();
    const subscription = await subscribe({ status: 'inactive' });
    const id = await publish(subscription);
    await deleteSubscription(context, 'default', subscription.id);
    expect(await purge()).toBe(2);
    clock.advance(limits.overdueAfterMs + propagationMs);

    await check();
    expect(told()).toMatchObject([{ overdue: 1, jobs: [subscription.id] }]);
    await settle();
    expect(await statusOf(id)).toBe('cancelled');

    await check();
    expect((await ports.ledgerChecks.get('default')).tombstones).toEqual([]);
    expect(told()).toHaveLength(1);
  });
});

describe('a request to recover', () => {
  it('only counts in a dry run', async () => {
    const { publishMany, purge, recover, clock, settle, sent } = setup();
    await publishMany(3);
    await purge();
    clock.advance(2 * minute);

    const counted = { examined: 3, overdue: 3, jobs: [], lastDueAt: null, nextCursor: null };
    expect(await recover({ dryRun: true })).toEqual(counted);
    expect(await recover({ dryRun: true, lateMs: 2 * minute + 1 })).toMatchObject({ overdue: 0 });
    await settle();
    expect(sent).toEqual([]);
  });

  it('requests at a pace, and nothing twice', async () => {
    const { publishMany, purge, recover, clock, settle, sent, world } = setup();
    await publishMany(20);
    await purge();
    clock.advance(2 * minute);
    const times: number[] = [];
    world.endpoint = () => {
      times.push(clock.now());
      return aResponse({ durationMs: 0 });
    };
    const startedAt = clock.now();

    const first = await recover({ perSecond: 2 });
    expect(first).toMatchObject({ overdue: 20, lastDueAt: startedAt + 9_500, nextCursor: null });
    expect(await recover({ perSecond: 2, lateMs: 0 })).toMatchObject({ overdue: 0 });
    await settle();

    expect(sent).toHaveLength(20);
    expect(times.at(-1)! - startedAt).toBeGreaterThanOrEqual(9_500 - limits.earlyToleranceMs);
  });

  it('goes as far as its pace allows, then continues from its cursor', async () => {
    const { publishMany, purge, recover, clock, ports, check } = setup();
    const spreadSeconds = limits.recoverySpreadMs / 1_000;
    const { ids } = await publishMany(spreadSeconds + 7);
    clock.advance(3 * hourMs);
    await check();
    await purge();
    clock.advance(hourMs);
    const later = await publishMany(1);
    await purge();
    clock.advance(2 * minute);

    const first = await recover({ perSecond: 1 });
    expect(first).toMatchObject({ overdue: spreadSeconds });
    const second = await recover({ perSecond: 1, cursor: first.nextCursor });
    expect(second).toMatchObject({ overdue: 8, jobs: [], nextCursor: null });
    for (const id of [...ids, ...later.ids]) {
      const found = await ports.deliveries.detail('default', id);
      expect(found?.delivery.updatedAt).toBe(clock.now());
    }
  });

  it.each(['', 'x', 'open', 'open.1.2', 'else.1.2.', 'open.1.2.x', 'ledger.1.2.x', 'ledger..2.'])(
    'takes no cursor but its own: %s',
    async (cursor) => {
      const { recover, publishMany } = setup();
      await publishMany(1);
      await expect(recover({ cursor })).rejects.toThrow(InvalidCursorError);
    },
  );
});
