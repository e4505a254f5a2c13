// What every DeliveryStore must do: storing and changing. `delivery-lists.ts` has the lists.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { DeliveryStore } from '../../../lambdas/core/ports.ts';
import { aDelivery, anAttempt, aTenant, changed, noon } from '../../support/factories.ts';
import { attemptsContract } from './delivery-attempts.ts';
import { deliveryListsContract, parkedListContract } from './delivery-lists.ts';
import { type Open, openForSuite } from '../harness.ts';
import { ledgerContract } from '../ledger/ledger.ts';
import { openDeliveriesContract } from './open-deliveries.ts';
import { aBody, committed } from './stored-deliveries.ts';

const encoder = new TextEncoder();

const oddBodies: [string, Uint8Array][] = [
  ['no bytes', new Uint8Array(0)],
  ['one NUL', Uint8Array.of(0)],
  ['every byte', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
  ['bytes that are not UTF-8', Uint8Array.of(0xc3, 0x28, 0xff, 0xfe, 0xed, 0xa0, 0x80)],
  ['JSON as odd as it gets', encoder.encode('{"a": 1,\r\n\t"a":1.0,"\\u00e9":"é☃𝄞"}  \n\n')],
  ['a byte order mark', Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d)],
  ['gzip magic that is not gzip', Uint8Array.of(0x1f, 0x8b, 0x08, 0x00, 0x00)],
  ['1 KB that compresses well', encoder.encode('a'.repeat(1_024))],
  ['1 KB that does not compress', randomBytes(1_024)],
  ['300 KB that compress well', encoder.encode('{"a":"b"} '.repeat(30_000))],
  ['256 KB that do not compress', randomBytes(256 * 1_024)],
];

export function deliveryStoreContract(name: string, open: Open<DeliveryStore>): void {
  describe(`DeliveryStore on ${name}`, () => {
    const suite = openForSuite(open);
    deliveryChangesContract(suite.store);
    attemptsContract(suite.store);
    expiryContract(suite);
    deliveryListsContract(suite);
    parkedListContract(suite);
    ledgerContract(suite);
    openDeliveriesContract(suite);
  });
}

function deliveryChangesContract(store: () => DeliveryStore): void {
  describe('commit', () => {
    it.each([
      ['pending', {}],
      ['parked', { status: 'parked' as const }],
      [
        'parked while the circuit is open',
        { status: 'parked' as const, reason: 'circuit_open' as const },
      ],
      ['without a type', { eventType: null }],
      [
        'with what its sender said',
        { senderHeaders: { 'x-github-event': 'push', 'x-github-delivery': 'a "b"' } },
      ],
      ['compressed', { contentType: 'text/csv', contentEncoding: 'deflate, gzip' }],
      [
        'with texts as long as they may be',
        {
          contentType: `a/${'b'.repeat(limits.contentTypeLengthMax - 2)}`,
          contentEncoding: 'x'.repeat(limits.contentEncodingLengthMax),
          eventType: 'e'.repeat(limits.eventTypeLengthMax),
        },
      ],
      ['with any texts', { eventType: 'a:b/c_d-e.F', contentType: 'text/plain; charset="ü"' }],
    ])('stores a delivery: %s', async (_, fields) => {
      const delivery = await committed(store(), fields);

      const detail = await store().detail(delivery.tenant, delivery.id);

      expect(detail?.delivery).toStrictEqual(delivery);
      expect(detail?.attempts).toStrictEqual([]);
    });

    it.each(oddBodies)('keeps a body byte for byte: %s', async (_, body) => {
      const { tenant, id } = await committed(store(), {}, body);

      const detail = await store().detail(tenant, id);
      const loaded = await store().load(tenant, [id]);

      expect(Buffer.from(detail!.body).equals(body)).toBe(true);
      expect(Buffer.from(loaded.get(id)!.body).equals(body)).toBe(true);
    });

    it('says that the id exists and keeps the first', async () => {
      const delivery = await committed(store());

      const result = await store().commit(
        { ...delivery, eventType: 'other' },
        encoder.encode('other'),
      );

      expect(result).toBe('exists');
      const loaded = await store().load(delivery.tenant, [delivery.id]);
      expect(loaded.get(delivery.id)!.delivery).toStrictEqual(delivery);
      expect(Buffer.from(loaded.get(delivery.id)!.body).equals(aBody())).toBe(true);
    });

    it('says that the id exists after the delivery has changed, and leaves the change', async () => {
      const delivery = await committed(store());
      const after = changed(delivery, { status: 'retrying', nextAttemptAt: noon + 5_000 });
      await store().transition(delivery, after);

      expect(await store().commit(delivery, aBody())).toBe('exists');

      const loaded = await store().load(delivery.tenant, [delivery.id]);
      expect(loaded.get(delivery.id)!.delivery).toStrictEqual(after);
    });

    it.each([
      ['small', aBody()],
      ['of 256 KB', randomBytes(256 * 1_024)],
    ])('lets one of many concurrent commits win: bodies %s', async (_, body) => {
      const delivery = aDelivery({ tenant: aTenant() });

      const results = await Promise.all(
        Array.from({ length: 10 }, () => store().commit(delivery, body)),
      );

      expect(results.filter((result) => result === 'committed')).toHaveLength(1);
    });
  });

  describe('load', () => {
    it('returns every delivery that is there, and no other', async () => {
      const tenant = aTenant();
      const deliveries: Delivery[] = [];
      for (let index = 0; index < 30; index += 1) {
        deliveries.push(await committed(store(), { tenant }, encoder.encode(`body ${index}`)));
      }
      const foreign = await committed(store());
      const ids = deliveries.map(({ id }) => id);

      const loaded = await store().load(tenant, [...ids, aDelivery().id, foreign.id]);

      expect(loaded.size).toBe(30);
      for (const [index, delivery] of deliveries.entries()) {
        const found = loaded.get(delivery.id)!;
        expect(found.delivery).toStrictEqual(delivery);
        expect(Buffer.from(found.body).toString()).toBe(`body ${index}`);
      }
    });

    it('takes an id twice, and more ids than a page has', async () => {
      const { tenant, id } = await committed(store());
      const absent = Array.from({ length: 120 }, () => aDelivery().id);

      const loaded = await store().load(tenant, [id, ...absent, id]);

      expect([...loaded.keys()]).toStrictEqual([id]);
    });

    it('takes no ids', async () => {
      expect((await store().load(aTenant(), [])).size).toBe(0);
    });

    it('returns many of the largest bodies at once', async () => {
      const tenant = aTenant();
      const bodies = new Map<Delivery['id'], Buffer>();
      for (let index = 0; index < 10; index += 1) {
        const body = randomBytes(256 * 1_024);
        bodies.set((await committed(store(), { tenant }, body)).id, body);
      }

      const loaded = await store().load(tenant, [...bodies.keys()]);

      for (const [id, body] of bodies) expect(body.equals(loaded.get(id)!.body)).toBe(true);
    });
  });

  describe('transition', () => {
    it('stores the new state of every field', async () => {
      const before = await committed(store());
      const after = changed(before, {
        status: 'cancelled',
        reason: 'requested',
        cycle: 2,
        cycleAttempt: 1,
        attemptCount: 3,
        completedAt: noon + 1_000,
        nextAttemptAt: null,
        expiresAt: noon + 100_000,
      });

      expect(await store().transition(before, after)).toBe('applied');

      const detail = await store().detail(before.tenant, before.id);
      expect(detail).toStrictEqual({ delivery: after, body: detail!.body, attempts: [] });
      expect(Buffer.from(detail!.body).equals(aBody())).toBe(true);
    });

    it('is superseded by another change, and changes nothing', async () => {
      const before = await committed(store());
      const first = changed(before, { status: 'parked', reason: 'subscription_inactive' });
      await store().transition(before, first);

      const result = await store().transition(before, changed(before, { status: 'cancelled' }));

      expect(result).toBe('superseded');
      expect((await store().detail(before.tenant, before.id))?.delivery).toStrictEqual(first);
    });

    it('is superseded by every version but the one that is stored', async () => {
      const stored = await committed(store(), { version: 5 });

      for (const version of [1, 4, 6]) {
        const before = { ...stored, version };
        expect(await store().transition(before, changed(before, {}))).toBe('superseded');
        const after = changed(before, { attemptCount: 1 });
        expect(await store().recordAttempt(before, after, anAttempt())).toBe('superseded');
      }

      const detail = await store().detail(stored.tenant, stored.id);
      expect(detail?.delivery).toStrictEqual(stored);
      expect(detail?.attempts).toStrictEqual([]);
    });

    it('keeps why a delivery is parked, and the turn of the message that goes on', async () => {
      let delivery = await committed(store());
      const states: Partial<Delivery>[] = [
        { status: 'parked', reason: 'circuit_open', nextAttemptAt: null, turn: null },
        { status: 'retrying', reason: null, nextAttemptAt: noon + 9, turn: 'another0' },
        { status: 'parked', reason: 'subscription_inactive', nextAttemptAt: null, turn: null },
        { status: 'pending', reason: null, cycle: 2, nextAttemptAt: noon, turn: 'athird00' },
      ];
      for (const state of states) {
        const after = changed(delivery, state);
        expect(await store().transition(delivery, after)).toBe('applied');
        const loaded = await store().load(delivery.tenant, [delivery.id]);
        expect(loaded.get(delivery.id)?.delivery).toStrictEqual(after);
        delivery = after;
      }
    });

    it('is superseded where there is no delivery, and makes none', async () => {
      const before = aDelivery({ tenant: aTenant() });

      expect(await store().transition(before, changed(before, {}))).toBe('superseded');

      expect(await store().detail(before.tenant, before.id)).toBeUndefined();
      expect((await store().load(before.tenant, [before.id])).size).toBe(0);
    });

    it('lets one of many concurrent changes win', async () => {
      const before = await committed(store());

      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          store().transition(before, changed(before, { nextAttemptAt: index })),
        ),
      );

      const winner = results.indexOf('applied');
      const detail = await store().detail(before.tenant, before.id);
      expect(results.filter((result) => result === 'applied')).toHaveLength(1);
      expect(detail?.delivery.nextAttemptAt).toBe(winner);
    });

    it('leaves a body that is too large for the row as it is, over many changes', async () => {
      const body = randomBytes(100 * 1_024);
      let delivery = await committed(store(), {}, body);
      const states: Partial<Delivery>[] = [
        { status: 'parked', reason: 'subscription_inactive', nextAttemptAt: null },
        { status: 'failed', reason: 'exhausted', expiresAt: noon + 100_000 },
        { status: 'pending', reason: null, cycle: 2, expiresAt: null },
        { status: 'delivered', completedAt: noon, expiresAt: noon + 100_000 },
      ];
      for (const state of states) {
        const after = changed(delivery, state);
        expect(await store().transition(delivery, after)).toBe('applied');
        delivery = after;
      }

      const detail = await store().detail(delivery.tenant, delivery.id);
      expect(detail?.delivery).toStrictEqual(delivery);
      expect(body.equals(detail!.body)).toBe(true);
    });
  });
}

function expiryContract(suite: { store(): DeliveryStore; clock: { now(): number } }): void {
  describe('detail', () => {
    it('finds nothing where there is none, or of another tenant', async () => {
      const { id } = await committed(suite.store());

      expect(await suite.store().detail(aTenant(), id)).toBeUndefined();
      expect(await suite.store().detail(aTenant(), aDelivery().id)).toBeUndefined();
    });

    it.each([
      ['an hour ago', -3_600_000, false],
      ['now', 0, false],
      ['in one millisecond', 1, true],
    ])('of a delivery that expires %s', async (_, inMs, isThere) => {
      const { store, clock } = suite;
      const before = await committed(store());
      const expiresAt = clock.now() + inMs;
      await store().transition(before, changed(before, { status: 'delivered', expiresAt }));

      const detail = await store().detail(before.tenant, before.id);

      expect(detail !== undefined).toBe(isThere);
    });

    it('has a delivery again that was replayed before it expired', async () => {
      const { store, clock } = suite;
      const before = await committed(store());
      const expiresAt = clock.now() + 1_000;
      const failed = changed(before, { status: 'failed', reason: 'exhausted', expiresAt });
      await store().transition(before, failed);
      const replayed = changed(failed, { status: 'pending', cycle: 2, expiresAt: null });

      expect(await store().transition(failed, replayed)).toBe('applied');

      const detail = await store().detail(before.tenant, before.id);
      expect(detail?.delivery).toStrictEqual(replayed);
    });
  });
}
