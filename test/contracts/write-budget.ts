// What a webhook costs in DynamoDB, counted: at most 3 write units and 1 read unit for 1 KB of JSON that is delivered
// at the first attempt, and at most 3 write units for every failed attempt but the last of a schedule, which may cost 4.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openClients } from '../../lambdas/adapters/aws/clients.ts';
import type { AwsPorts } from '../../lambdas/adapters/aws/ports.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { deliveryIdFrom, type SubscriptionId } from '../../lambdas/core/ids.ts';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { SendResult } from '../../lambdas/core/deliveries/send-result.ts';
import { mergeDeltas, type StatsDelta, statsDelta } from '../../lambdas/core/ledger/stats.ts';
import { accept, afterAttempt } from '../../lambdas/core/deliveries/transitions.ts';
import { chance, credentials, type OpenedDriver, portsOf, region } from '../support/aws-driver.ts';
import {
  type CapacityMeter,
  meterCapacity,
  type Units,
  type UnitsByPlace,
} from '../support/capacity-meter.ts';
import { createTestClock } from '../support/clock.ts';
import { aSubscriptionId, aTurn, noon } from '../support/factories.ts';
import { anInvoice, anOrder, aUser, incompressible } from '../support/payloads.ts';
import { aResponse, anError } from '../support/send-results.ts';

const hour = 3_600_000;
const timings = { dnsMs: 3.2, connectMs: 14.8, tlsMs: 31.5, firstByteMs: 92.4 };
const ok = aResponse({ body: '{"received":true}', durationMs: 93, timings });
const targetUrl = 'https://hooks.customer-company.example/integrations/webhooks/v1/receive';

const errorPage = `<!DOCTYPE html><html lang="en"><head><title>503 Service Unavailable</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>body{font-family:
sans-serif;margin:0;color:#333}h1{font-size:32px;font-weight:400}.box{max-width:600px;margin:
10% auto;padding:24px}</style></head><body><div class="box"><h1>Service Unavailable</h1><p>The
server is temporarily unable to service your request due to maintenance downtime or capacity
problems. Please try again later.</p><p>If the problem persists, contact our support and quote
the request id below.</p><hr><pre>request id: 7f1c9d52-5b0e-4c7a-9a55-0f8f5d3f6c11
edge: fra-07.cdn.example, cache: MISS, upstream: api-blue-5d9c7bd5c9-x2x7q
time: 2026-11-23T15:47:09.123Z</pre></div></body></html>`.padEnd(1_000, ' ');

let ports: AwsPorts;
let meter: CapacityMeter;

async function accepted(body: Buffer, subscriptionId: SubscriptionId): Promise<Delivery> {
  const delivery = accept({
    at: noon,
    tenant: 'default',
    id: deliveryIdFrom(subscriptionId, noon, chance.bytes(10)),
    eventType: 'customer.subscription.updated',
    contentType: 'application/json',
    contentEncoding: null,
    hops: 0,
    heldBackBy: null,
    turn: aTurn,
  });
  expect(await ports.deliveries.commit(delivery, body)).toBe('committed');
  return delivery;
}

async function attempted(before: Delivery, result: SendResult): Promise<[Delivery, StatsDelta]> {
  const at = (before.nextAttemptAt ?? noon) + 317;
  const { delivery, attempt } = afterAttempt(before, {
    cycle: before.cycle,
    cycleAttempt: before.cycleAttempt + 1,
    targetUrl,
    at,
    result,
    schedule: 'standard',
    retentionMs: 72 * hour,
    now: at + result.durationMs,
    jitter: 0.7,
    isProbe: false,
    turn: aTurn,
  });
  expect(await ports.deliveries.recordAttempt(before, delivery, attempt)).toBe('applied');
  return [delivery, statsDelta(before, delivery, attempt)];
}

async function loaded(deliveries: readonly Delivery[]): Promise<Delivery[]> {
  const found = await ports.deliveries.load(
    'default',
    deliveries.map(({ id }) => id),
  );
  return deliveries.map(({ id }) => found.get(id)!.delivery);
}

const written = ({ tableWrite, indexWrite }: Units) => tableWrite + indexWrite;

function print(title: string, figures: Record<string, number>): void {
  const text = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`  ${title}: ${text.join(', ')}\n`);
}

function sumOf(all: readonly UnitsByPlace[]): UnitsByPlace {
  return all.reduce((sum, each) => ({
    table: sum.table + each.table,
    held: sum.held + each.held,
    status: sum.status + each.status,
  }));
}

/** @param reportsIndexes whether the database reports what a write costs in an index */
export function writeBudgetContract(
  name: string,
  open: () => Promise<OpenedDriver>,
  { reportsIndexes }: { reportsIndexes: boolean },
): void {
  describe(`write budget on ${name}`, () => {
    let driver: OpenedDriver;

    beforeAll(async () => {
      driver = await open();
      const counted = openClients({ endpoint: driver.endpoint, region, credentials });
      meter = meterCapacity(counted.dynamodb, driver.clients.dynamodb);
      ports = portsOf({ ...driver, clients: counted }, createTestClock());
    });
    afterAll(() => driver.close());

    // The units that indexes cost by AWS's rules are no guess where a database of AWS's own reports the same.
    afterEach(() => {
      const writes = meter.takeWrites();
      const notReported = reportsIndexes ? {} : { held: 0, status: 0 };
      const expected = writes.map(({ computed }) => ({ ...computed, ...notReported }));
      print(`${writes.length} writes, units reported`, sumOf(writes.map((each) => each.reported)));
      expect(writes.map(({ reported }) => reported)).toStrictEqual(expected);
    });

    const bodies = [
      { name: 'an order', make: anOrder, writesMax: 3, readsMax: 1 },
      { name: 'an invoice', make: anInvoice, writesMax: 3, readsMax: 1 },
      { name: 'a user with UUIDs', make: aUser, writesMax: 3, readsMax: 1 },
      { name: 'random bytes', make: incompressible, writesMax: 5, readsMax: 2 },
    ];

    it.each(bodies)('delivers $name of 1 KB at the first attempt', async (body) => {
      const batch = limits.queueBatchSize;
      const subscriptionId = aSubscriptionId();
      const payloads = Array.from({ length: batch }, body.make);
      meter.take();

      const deliveries = await Promise.all(
        payloads.map((payload) => accepted(payload, subscriptionId)),
      );
      const committing = meter.take();
      const rows = await loaded(deliveries);
      const loading = meter.take();
      const recorded = await Promise.all(rows.map((row) => attempted(row, ok)));
      const recording = meter.take();
      await ports.stats.add(mergeDeltas(recorded.map(([, delta]) => delta)));
      const counting = meter.take();

      const perWebhook = (written(committing) + written(recording)) / batch;
      const bytes = payloads.reduce((sum, payload) => sum + payload.byteLength, 0) / batch;
      print(body.name, {
        bytes: Math.round(bytes),
        'write units': perWebhook,
        'row and entry': written(committing) / batch,
        record: written(recording) / batch,
        'read units': loading.read / batch,
        'with counters': (perWebhook * batch + written(counting)) / batch,
        'counters per batch': written(counting),
      });
      expect(bytes).toBeGreaterThan(1_000);
      expect(perWebhook).toBeLessThanOrEqual(body.writesMax);
      expect(loading.read / batch).toBeLessThanOrEqual(body.readsMax);
      expect(written(counting)).toBe(2);
    });

    it.each([
      { name: 'an error page', result: aResponse({ statusCode: 503, body: errorPage, timings }) },
      { name: 'no connection', result: anError('connect_timeout') },
    ])('records every failed attempt of a schedule: $name', async ({ name, result }) => {
      let delivery = await accepted(anOrder(), aSubscriptionId());
      const perAttempt: number[] = [];
      meter.take();
      while (delivery.status !== 'failed') {
        const [row] = await loaded([delivery]);
        const { read } = meter.take();
        [delivery] = await attempted(row!, result);
        perAttempt.push(written(meter.take()));
        expect(read).toBe(1);
      }

      process.stdout.write(`  ${name}, write units per failed attempt: ${perAttempt.join(' ')}\n`);
      expect(perAttempt).toHaveLength(10);
      // The last one takes the delivery from the list of what is open to that of what failed.
      expect(Math.max(...perAttempt.slice(0, -1))).toBeLessThanOrEqual(3);
      expect(perAttempt.at(-1)).toBeLessThanOrEqual(4);
    });
  });
}
