// The ledger over a real store, with rows that are deleted behind the service's back.
import { describe, expect, test } from 'vitest';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { propagationMs } from '../../lambdas/contract/limits/propagation.ts';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { hourMs, noStatuses } from '../../lambdas/core/ledger/stats.ts';
import { createLedgerCheck } from '../../lambdas/edge/queue/ledger-check.ts';
import { checkHour as checkHourOf } from '../../lambdas/operations/ledger/check-hour.ts';
import { checkLedger } from '../../lambdas/operations/ledger/check-ledger.ts';
import { readLedger } from '../../lambdas/operations/ledger/read-ledger.ts';
import { aDelivery, aSubscription, noon } from '../support/factories.ts';
import type { Service } from '../support/service.ts';
import { createService } from '../support/service.ts';

/** For so long may a request still add to an hour that is over. */
const openMs = limits.commitWaitMaxMs + limits.ledgerClockMarginMs;

const body = new TextEncoder().encode('{}');
const whole = { since: undefined, until: undefined, cursor: null };
const hour = { tenant: 'default', hour: noon };

const checkHour = (context: Service['context'], of: typeof hour, endsAt: number) =>
  checkHourOf(context, of, { endsAt });

/** A service with delivered rows and counters that say so; its clock stands an hour later. */
async function setup(count = 3): Promise<{ service: Service; deliveries: Delivery[] }> {
  const service = createService();
  const { subscriptions, deliveries: store, stats } = service.ports;
  const { id: subscriptionId } = aSubscription();
  await subscriptions.create(aSubscription({ id: subscriptionId }));
  const deliveries = Array.from({ length: count }, () =>
    aDelivery({ subscriptionId, status: 'delivered', createdAt: noon }),
  );
  for (const delivery of deliveries) await store.commit(delivery, body);
  const byStatus = { ...noStatuses, delivered: count };
  for (const owner of [subscriptionId, null]) {
    await stats.correct('default', owner, { hour: noon, byStatus });
  }
  service.clock.advance(hourMs);
  return { service, deliveries };
}

const logged = ({ logLines }: Service, name: string) =>
  logLines.map((line) => JSON.parse(line)).filter(({ message }) => message === name);

describe('the ledger', () => {
  test('adds up when nothing was lost', async () => {
    const { service } = await setup();
    const page = await readLedger(service.context, 'default', whole);
    expect(page.hours).toMatchObject([
      { hour: noon, accepted: 3, byStatus: { delivered: 3 }, missing: 0 },
    ]);
    expect(page.missing).toEqual([]);
  });

  test('names the rows that were deleted behind its back, and no others', async () => {
    const { service, deliveries } = await setup();
    const gone = deliveries.slice(0, 2).map(({ id }) => id);
    for (const id of gone) service.deleteRow(id);

    const page = await readLedger(service.context, 'default', whole);

    expect(page.missing.map(({ id }) => id).toSorted()).toEqual(gone.toSorted());
    expect(page.hours).toMatchObject([{ accepted: 3, byStatus: { delivered: 1 }, missing: 2 }]);
    expect(page.hours[0]!.counted!.byStatus.delivered).toBe(3);
  });

  test('does not report expired and swept rows as missing', async () => {
    const { service, deliveries } = await setup();
    for (const { id } of deliveries) service.deleteRow(id);
    service.clock.advance(service.context.rules.retentionMs);

    expect((await readLedger(service.context, 'default', whole)).missing).toEqual([]);
  });

  test('continues an hour on the next page', async () => {
    const count = limits.ledgerPageSize + 5;
    const { service, deliveries } = await setup(count);
    service.deleteRow(deliveries[0]!.id);

    const first = await readLedger(service.context, 'default', whole);
    const cursor = first.nextCursor;
    const second = await readLedger(service.context, 'default', { ...whole, cursor });

    expect(second.nextCursor).toBeNull();
    const hours = [first, second].flatMap(({ hours: found }) => found);
    expect(hours.map(({ accepted }) => accepted)).toEqual([limits.ledgerPageSize, 5]);
    expect(hours.map(({ counted }) => counted!.byStatus.delivered)).toEqual([count, count]);
    expect([...first.missing, ...second.missing].map(({ id }) => id)).toEqual([deliveries[0]!.id]);
  });
});

describe('the hourly check', () => {
  test('reports every hour as complete', async () => {
    const { service } = await setup();
    service.clock.advance(openMs);
    await service.ports.ledgerChecks.setCheckedUntil('default', noon);
    expect(await checkLedger(service.context, Infinity)).toBe(true);
    expect(logged(service, 'ledger.checked')).toMatchObject([
      { tenant: 'default', hour: noon, accepted: 3, missing: 0, corrected: 0 },
      { tenant: 'default', hour: noon - 23 * hourMs, accepted: 0, missing: 0, corrected: 0 },
    ]);
    expect(logged(service, 'ledger.gap')).toEqual([]);
  });

  test('reports the ids of missing deliveries, and leaves the counters as evidence', async () => {
    const { service, deliveries } = await setup();
    service.deleteRow(deliveries[1]!.id);

    const found = await checkHour(service.context, hour, Infinity);

    expect(found).toEqual({ accepted: 3, missing: [deliveries[1]!.id], corrected: 0 });
    expect(logged(service, 'ledger.gap')).toMatchObject([
      { level: 'ERROR', missing: 1, deliveryIds: [deliveries[1]!.id] },
    ]);
  });

  test('corrects counters that missed a change', async () => {
    const { service, deliveries } = await setup();
    const { stats } = service.ports;
    const lost = { hour: noon, byStatus: { ...noStatuses, delivered: -2, retrying: 2 } };
    await stats.correct('default', deliveries[0]!.subscriptionId, lost);
    await stats.correct('default', null, lost);

    expect((await checkHour(service.context, hour, Infinity))?.corrected).toBe(2);

    const range = { fromHour: noon, untilHour: noon + hourMs };
    for (const owner of [deliveries[0]!.subscriptionId, null]) {
      const [counted] = await stats.hours('default', owner, range);
      expect(counted!.byStatus).toEqual({ ...noStatuses, delivered: 3 });
    }
    expect((await checkHour(service.context, hour, Infinity))?.corrected).toBe(0);
  });

  test('leaves counters alone if rows have just changed: the counts may be on their way', async () => {
    const { service, deliveries } = await setup();
    const { stats, deliveries: store } = service.ports;
    const before = deliveries[0]!;
    const updatedAt = service.clock.now() - propagationMs;
    await store.transition(before, { ...before, status: 'failed', updatedAt, version: 2 });

    expect((await checkHour(service.context, hour, Infinity))?.corrected).toBe(0);

    service.clock.advance(1);
    expect((await checkHour(service.context, hour, Infinity))?.corrected).toBe(2);
    const range = { fromHour: noon, untilHour: noon + hourMs };
    const [counted] = await stats.hours('default', null, range);
    expect(counted!.byStatus).toEqual({ ...noStatuses, delivered: 2, failed: 1 });
  });

  test('visits every tenant, and each hour twice', async () => {
    const { service } = await setup();
    await service.ports.subscriptions.create(aSubscription({ tenant: 'other' }));
    service.clock.advance(openMs);
    await checkLedger(service.context, Infinity);
    service.clock.advance(limits.ledgerSecondCheckMs);
    await checkLedger(service.context, Infinity);

    const lines = logged(service, 'ledger.checked');
    const ofNoon = lines.filter((line) => line.hour === noon);
    expect(ofNoon.map(({ tenant }) => tenant)).toEqual(['default', 'other', 'default', 'other']);
  });

  test('continues in the next check if one was cut short', async () => {
    const { service } = await setup();
    service.clock.advance(openMs);
    await service.ports.ledgerChecks.setCheckedUntil('default', noon - 2 * hourMs);
    const now = service.clock.now();
    const { clock } = service.context;
    // Time runs out as soon as the first hour is through.
    let readings = 0;
    const passing = {
      ...clock,
      now: () => (logged(service, 'ledger.checked').length > 0 ? ((readings += 1), now + 1) : now),
    };
    expect(await checkLedger({ ...service.context, clock: passing }, now + 1)).toBe(false);
    expect(readings).toBeGreaterThan(0);
    expect(await checkLedger({ ...service.context, clock }, Infinity)).toBe(true);

    const hours = logged(service, 'ledger.checked').map((line) => (line.hour - noon) / hourMs);
    expect(hours).toEqual([-2, -1, 0, -23]);
  });

  test('fails when its time is up', async () => {
    const { service } = await setup();
    const check = createLedgerCheck(service.context);
    const left = (ms: number) => ({ getRemainingTimeInMillis: () => ms });
    await expect(check({}, left(limits.ledgerReserveMs))).rejects.toThrow('ran out of time');
    await expect(check({}, left(limits.ledgerReserveMs + 1_000))).resolves.toBeUndefined();
  });
});
