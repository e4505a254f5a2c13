import { describe, expect, it } from 'vitest';
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { DeliveryId, SubscriptionId } from '../../lambdas/core/ids.ts';
import type { DeliveryStore } from '../../lambdas/core/ports.ts';
import type { ReplayFilters, ReplayJob } from '../../lambdas/core/replays/replay-job.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import {
  cancelReplay,
  pauseReplay,
  resumeReplay,
} from '../../lambdas/operations/replays/change-replay.ts';
import { createReplay } from '../../lambdas/operations/replays/create-replay.ts';
import { retryDelivery } from '../../lambdas/operations/deliveries/retry-delivery.ts';
import { createDelivering } from '../support/delivering.ts';
import { aDelivery, noon, replayFilters } from '../support/factories.ts';
import { aResponse, anError } from '../support/send-results.ts';

const tenant = 'default';

function setup() {
  const service = createDelivering({ settings: { SUBSCRIPTION_MEMO_MS: '0' } });
  const { ports, context, clock, world, subscribe, publish, settle, work } = service;

  /** Deliveries whose only attempt failed; from then on the endpoint works. */
  async function failed(count: number, subscription?: Subscription): Promise<DeliveryId[]> {
    const target = subscription ?? (await subscribe({ retrySchedule: [] }));
    world.endpoint = () => aResponse({ statusCode: 500 });
    const ids: DeliveryId[] = [];
    for (let index = 0; index < count; index += 1) ids.push(await publish(target));
    await settle();
    world.endpoint = () => aResponse();
    clock.advance(60_000);
    service.sent.length = 0;
    return ids;
  }

  const delivery = async (id: DeliveryId) => (await ports.deliveries.detail(tenant, id))!.delivery;

  async function replay(filters: Partial<ReplayFilters> = {}, perSecond = 10): Promise<ReplayJob> {
    const wish = { filters: replayFilters(filters), perSecond, dryRun: false };
    return (await createReplay(context, tenant, wish)).job!;
  }

  const stored = async ({ id }: ReplayJob) => (await ports.replays.get(tenant, id))!;

  /** Works until a condition holds, moving the clock on where nothing is due. */
  async function workUntil(holds: () => boolean | Promise<boolean>, using?: Context) {
    for (let rounds = 0; rounds < 1_000; rounds += 1) {
      if (await holds()) return;
      const { received } = await work(using);
      const next = ports.receiver.nextWaitingUntil();
      if (received === 0 && next !== null) clock.advance(Math.max(0, next - clock.now()));
    }
    throw new Error('It never holds');
  }

  return { ...service, failed, delivery, replay, stored, workUntil };
}

const only = ({ id }: Subscription): { subscriptionId: SubscriptionId } => ({ subscriptionId: id });

describe('a replay', () => {
  it('resends everything that failed, and completes', async () => {
    const { failed, replay, settle, sent, delivery, stored } = setup();
    const ids = await failed(5);
    const job = await replay();
    expect(job).toMatchObject({ state: 'running', matched: 5, examined: 0 });

    await settle();

    expect(sent).toHaveLength(5);
    expect(new Set(sent.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(ids));
    for (const id of ids) {
      expect(await delivery(id)).toMatchObject({ status: 'delivered', cycle: 2, attemptCount: 2 });
    }
    const ended = await stored(job);
    expect(ended).toMatchObject({ state: 'completed', examined: 5, replayed: 5, skipped: 0 });
    expect(ended.expiresAt).toBe(ended.completedAt! + 72 * 3_600_000);
  });

  it('leaves alone what its filters exclude', async () => {
    const { failed, replay, settle, subscribe, world, delivery, clock, publish } = setup();
    const ours = await subscribe({ retrySchedule: [] });
    const [before] = await failed(1, ours);
    const since = clock.now();
    const [wanted] = await failed(1, ours);
    world.endpoint = () => anError('connect_refused');
    const refused = await publish(ours);
    await settle();
    const [other] = await failed(1);
    const delivered = await publish(ours);
    await settle();
    clock.advance(1);
    await replay({ ...only(ours), since, errorCode: 'http_error', eventType: 'invoice.paid' });
    await replay({ ...only(ours), eventType: 'invoice' });
    await replay({ ...only(ours), until: noon });

    await settle();

    const cycles = async (ids: (DeliveryId | undefined)[]) =>
      Promise.all(ids.map(async (id) => (await delivery(id!)).cycle));
    expect(await cycles([wanted, before, refused, other, delivered])).toEqual([2, 1, 1, 1, 1]);
  });

  it('works through several statuses in order', async () => {
    const { failed, replay, settle, subscribe, publish, delivery, clock, stored } = setup();
    const subscription = await subscribe({ retrySchedule: [] });
    const [lost] = await failed(1, subscription);
    const delivered = await publish(subscription);
    await settle();
    clock.advance(1_000);
    const job = await replay({ ...only(subscription), statuses: ['failed', 'delivered'] });
    expect(job.matched).toBe(2);

    await settle();

    const ended = { state: 'completed', examined: 2, replayed: 2, remaining: [], step: 3 };
    expect(await stored(job)).toMatchObject(ended);
    expect((await delivery(lost!)).cycle).toBe(2);
    expect((await delivery(delivered)).cycle).toBe(2);
  });

  it('keeps its pace over all its steps', async () => {
    const { failed, replay, settle, clock, world, stored } = setup();
    await failed(25);
    const times: number[] = [];
    world.endpoint = () => {
      times.push(clock.now());
      return aResponse({ durationMs: 0 });
    };
    const job = await replay({}, 1);

    await settle();

    // Ten to a step; a worker takes what is due within its tolerance.
    expect((await stored(job)).step).toBe(4);
    expect(times).toHaveLength(25);
    const spans = times.slice(10).map((time, index) => time - times[index]!);
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(10_000 - limits.earlyToleranceMs);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(24_000 - limits.earlyToleranceMs);
    expect(times.at(-1)! - times[0]!).toBeLessThan(30_000);
  });

  it('parks deliveries of an inactive subscription, and skips those without one', async () => {
    const { failed, replay, settle, subscribe, ports, sent, delivery, stored } = setup();
    const inactive = await subscribe({ retrySchedule: [] });
    const deleted = await subscribe({ retrySchedule: [] });
    const [held] = await failed(1, inactive);
    const [orphan] = await failed(1, deleted);
    const current = (await ports.subscriptions.get(tenant, inactive.id))!;
    const version = current.version + 1;
    await ports.subscriptions.replace(current, { ...current, status: 'inactive', version });
    await ports.subscriptions.remove(tenant, deleted.id);
    const job = await replay();

    await settle();

    expect(sent).toEqual([]);
    expect(await delivery(held!)).toMatchObject({ status: 'parked', cycle: 2 });
    expect(await delivery(orphan!)).toMatchObject({ status: 'failed', cycle: 1 });
    expect(await stored(job)).toMatchObject({ state: 'completed', replayed: 1, skipped: 1 });
  });

  it('skips deliveries changed since it was created', async () => {
    const { failed, replay, settle, context, sent, stored, world } = setup();
    const [changed] = await failed(3);
    world.endpoint = () => aResponse({ statusCode: 500 });
    const job = await replay();
    await retryDelivery(context, tenant, changed!);

    await settle();

    expect(sent).toHaveLength(3);
    expect(await stored(job)).toMatchObject({ examined: 3, replayed: 2, skipped: 1 });
  });

  it('counts what it moves', async () => {
    const { failed, replay, settle, ports } = setup();
    await failed(3);
    await replay();
    await settle();
    const range = { fromHour: noon - 3_600_000, untilHour: noon + 3_600_000 };
    const [hour] = await ports.stats.hours(tenant, null, range);
    expect(hour!.byStatus).toMatchObject({ pending: 0, failed: 0, delivered: 3 });
  });
});

describe('a step that is done again', () => {
  /** Fails at the given call of a port, once, before or after it was done. */
  function failing(context: Context, port: 'queue' | 'replays' | 'deliveries', after: boolean) {
    let isDone = false;
    const once = async <Result>(run: () => Promise<Result>): Promise<Result> => {
      if (isDone) return run();
      isDone = true;
      if (after) await run();
      throw new Error('planted');
    };
    const { queue, replays, deliveries } = context;
    const transition: DeliveryStore['transition'] = (...args) =>
      once(() => deliveries.transition(...args));
    return {
      ...context,
      ...(port === 'queue' && { queue: { send: (sent) => once(() => queue.send(sent)) } }),
      ...(port === 'deliveries' && { deliveries: { ...deliveries, transition } }),
      ...(port === 'replays' && {
        replays: { ...replays, replace: (...args) => once(() => replays.replace(...args)) },
      }),
    } as Context;
  }

  it.each(
    (['queue', 'replays', 'deliveries'] as const).flatMap((port) =>
      [false, true].map((after) => ({ port, after })),
    ),
  )('replays everything exactly once: $port fails, done: $after', async (plant) => {
    const { failed, replay, settle, clock, context, work, delivery, stored, sent } = setup();
    const ids = await failed(4);
    const job = await replay();
    clock.advance(limits.jobDelayMs);
    const { failed: failures } = await work(failing(context, plant.port, plant.after));
    expect(failures).toBe(1);

    await settle();

    for (const id of ids) {
      expect(await delivery(id)).toMatchObject({ status: 'delivered', cycle: 2 });
    }
    expect(sent).toHaveLength(4);
    expect((await stored(job)).state).toBe('completed');
  });

  it('receives its message twice, and proceeds once', async () => {
    const { failed, replay, settle, send, sent, stored } = setup();
    await failed(25);
    const job = await replay({}, 1);
    const { id: replayId, createdAt: sentAt, nextDueAt: dueAt } = job;
    const message = { version: 1, kind: 'replay', tenant, replayId, sentAt } as const;
    await send({ ...message, step: 1, dueAt }, { ...message, step: 2, dueAt });

    await settle();

    expect(sent).toHaveLength(25);
    expect(await stored(job)).toMatchObject({ state: 'completed', replayed: 25, step: 4 });
  });

  it('is taken once by two concurrent workers', async () => {
    const { failed, replay, settle, context, work, clock, send, sent, stored } = setup();
    await failed(25);
    const job = await replay({}, 1);
    clock.advance(limits.jobDelayMs);
    const { id: replayId, createdAt: sentAt } = job;
    const again = { version: 1, kind: 'replay', tenant, replayId, step: 1, sentAt } as const;
    const { deliveries } = context;
    let isFirst = true;
    await work({
      ...context,
      deliveries: {
        ...deliveries,
        async list(query) {
          const page = await deliveries.list(query);
          if (isFirst) {
            isFirst = false;
            await send({ ...again, dueAt: clock.now() });
            await work();
            expect(await stored(job)).toMatchObject({ step: 2, replayed: 10 });
          }
          return page;
        },
      },
    });

    await settle();

    expect(sent).toHaveLength(25);
    const counts = { examined: 25, replayed: 25, skipped: 0, step: 4 };
    expect(await stored(job)).toMatchObject({ state: 'completed', ...counts });
  });
});

describe('a person', () => {
  it('pauses a job and resumes it where it was', async () => {
    const { failed, replay, settle, workUntil, stored, context, sent, clock } = setup();
    await failed(25);
    const job = await replay({}, 1);
    await workUntil(async () => (await stored(job)).step === 2);
    const key = { tenant, id: job.id };
    expect((await pauseReplay(context, key)).state).toBe('paused');
    await expect(pauseReplay(context, key)).rejects.toMatchObject({ code: 'conflict' });

    await settle();
    expect(sent).toHaveLength(10);
    expect(await stored(job)).toMatchObject({ state: 'paused', replayed: 10 });

    clock.advance(3_600_000);
    expect((await resumeReplay(context, key)).state).toBe('running');
    await expect(resumeReplay(context, key)).rejects.toMatchObject({ code: 'conflict' });
    await settle();
    expect(sent).toHaveLength(25);
    expect(await stored(job)).toMatchObject({ state: 'completed', replayed: 25 });
  });

  it('cancels a job permanently, and what it has replayed stays replayed', async () => {
    const { failed, replay, settle, workUntil, stored, context, sent } = setup();
    await failed(15);
    const job = await replay({}, 1);
    await workUntil(async () => (await stored(job)).step === 2);
    const key = { tenant, id: job.id };
    const cancelled = await cancelReplay(context, key);
    expect(cancelled.completedAt).not.toBeNull();

    await settle();

    expect(sent).toHaveLength(10);
    expect(await stored(job)).toEqual(cancelled);
    for (const change of [pauseReplay, resumeReplay, cancelReplay]) {
      await expect(change(context, key)).rejects.toMatchObject({ code: 'conflict' });
    }
  });

  it('who pauses in the middle of a step ends the job there, and loses none of its counts', async () => {
    const { failed, replay, settle, context, work, clock, stored, sent } = setup();
    await failed(15);
    const job = await replay({}, 1);
    clock.advance(limits.jobDelayMs);
    const { deliveries } = context;
    let isPaused = false;
    const asked: QueueMessage[] = [];
    await work({
      ...context,
      queue: {
        async send(messages) {
          asked.push(...messages);
          await context.queue.send(messages);
        },
      },
      deliveries: {
        ...deliveries,
        async transition(before, after) {
          const isFirst = !isPaused;
          isPaused = true;
          if (isFirst) await pauseReplay(context, { tenant, id: job.id });
          return deliveries.transition(before, after);
        },
      },
    });
    expect(await stored(job)).toMatchObject({ state: 'paused', replayed: 10, step: 2 });
    expect(asked.map(({ kind }) => kind)).toEqual(Array.from({ length: 10 }, () => 'attempt'));

    await resumeReplay(context, { tenant, id: job.id });
    await settle();

    expect(sent).toHaveLength(15);
    expect(await stored(job)).toMatchObject({ state: 'completed', replayed: 15 });
  });

  it('has a limited number of open jobs', async () => {
    const { failed, replay, settle, context } = setup();
    await failed(1);
    const jobs: ReplayJob[] = [];
    for (let made = 0; made < limits.replaysOpenMax; made += 1) jobs.push(await replay());
    await pauseReplay(context, { tenant, id: jobs[0]!.id });
    await expect(replay()).rejects.toMatchObject({ code: 'limit-exceeded' });
    const dryRun = { filters: replayFilters(), perSecond: 1, dryRun: true };
    expect((await createReplay(context, tenant, dryRun)).count.matched).toBe(1);

    await settle();
    expect((await replay()).state).toBe('running');
  });
});

describe('the count of what matches', () => {
  it('is given up when there are too many', async () => {
    const { ports, context, settle, subscribe, stored } = setup();
    const { id: subscriptionId } = await subscribe();
    const count = limits.replayCountPagesMax * limits.rowsExaminedPerPageMax + 1;
    const body = new Uint8Array();
    const fields = { status: 'failed', subscriptionId, createdAt: noon - 1_000 } as const;
    await Promise.all(
      Array.from({ length: count }, () => ports.deliveries.commit(aDelivery(fields), body)),
    );
    const wish = { filters: replayFilters(), perSecond: 100, dryRun: true };
    expect((await createReplay(context, tenant, wish)).count).toEqual({
      matched: count - 1,
      complete: false,
    });

    const { job } = await createReplay(context, tenant, { ...wish, dryRun: false });
    expect(job!.matched).toBeNull();
    await cancelReplay(context, { tenant, id: job!.id });
    await settle();
    expect((await stored(job!)).replayed).toBe(0);
  });
});
