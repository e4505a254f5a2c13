// What every DeliveryStore must do with attempts; part of `delivery-store.ts`.
import { describe, expect, it } from 'vitest';
import type { Attempt, Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { DeliveryStore } from '../../../lambdas/core/ports.ts';
import { aDelivery, anAttempt, aTenant, changed } from '../../support/factories.ts';
import { committed } from './stored-deliveries.ts';

/** Records a failed attempt, and returns the delivery after it. */
async function attempted(
  store: DeliveryStore,
  before: Delivery,
  fields: Partial<Attempt> = {},
): Promise<{ after: Delivery; attempt: Attempt }> {
  const number = before.attemptCount + 1;
  const attempt = anAttempt({ number, cycle: before.cycle, ...fields });
  const after = changed(before, {
    status: 'retrying',
    attemptCount: number,
    cycleAttempt: before.cycleAttempt + 1,
    lastStatusCode: attempt.statusCode,
    lastErrorCode: attempt.errorCode,
    nextAttemptAt: before.updatedAt + 5_000,
  });
  expect(await store.recordAttempt(before, after, attempt)).toBe('applied');
  return { after, attempt };
}

export function attemptsContract(store: () => DeliveryStore): void {
  describe('recordAttempt', () => {
    it.each([
      ['a response', {}],
      [
        'an error',
        {
          statusCode: null,
          errorCode: 'connect_refused',
          errorDetails: 'connect ECONNREFUSED 127.0.0.1:9',
          responseBody: null,
          timings: { dnsMs: 0.5, connectMs: null, tlsMs: null, firstByteMs: null },
        },
      ],
      ['an empty response', { outcome: 'success' as const, statusCode: 204, responseBody: '' }],
      ['odd texts', { responseBody: '\u0000\r\n"é☃𝄞\ufffd', errorDetails: 'ü' }],
      ['a long target', { targetUrl: `https://example.com/${'p'.repeat(2_000)}` }],
      ['the last failure', { outcome: 'failure' as const, statusCode: 410, durationMs: 30_000 }],
    ])('stores the attempt and the new state together: %s', async (_, fields) => {
      const before = await committed(store());

      const { after, attempt } = await attempted(store(), before, fields);

      const detail = await store().detail(before.tenant, before.id);
      expect(detail?.delivery).toStrictEqual(after);
      expect(detail?.attempts).toStrictEqual([attempt]);
    });

    it('is superseded by another change, and keeps neither the state nor the attempt', async () => {
      const before = await committed(store());
      const { after, attempt } = await attempted(store(), before);

      const late = anAttempt({ number: 1, responseBody: 'late' });
      const result = await store().recordAttempt(
        before,
        changed(before, { status: 'delivered' }),
        late,
      );

      expect(result).toBe('superseded');
      const detail = await store().detail(before.tenant, before.id);
      expect(detail?.delivery).toStrictEqual(after);
      expect(detail?.attempts).toStrictEqual([attempt]);
    });

    it('is superseded by a transition, and the attempt is not there', async () => {
      const before = await committed(store());
      const cancelled = changed(before, { status: 'cancelled', reason: 'requested' });
      await store().transition(before, cancelled);

      const result = await store().recordAttempt(
        before,
        changed(before, { status: 'delivered', attemptCount: 1 }),
        anAttempt(),
      );

      expect(result).toBe('superseded');
      const detail = await store().detail(before.tenant, before.id);
      expect(detail?.delivery).toStrictEqual(cancelled);
      expect(detail?.attempts).toStrictEqual([]);
    });

    it('is superseded where there is no delivery, and makes none', async () => {
      const before = aDelivery({ tenant: aTenant() });

      expect(await store().recordAttempt(before, changed(before, {}), anAttempt())).toBe(
        'superseded',
      );

      expect(await store().detail(before.tenant, before.id)).toBeUndefined();
    });

    it('lets one of many concurrent attempts win', async () => {
      const before = await committed(store());
      const after = changed(before, { status: 'delivered', attemptCount: 1 });

      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          store().recordAttempt(before, after, anAttempt({ durationMs: index })),
        ),
      );

      const winner = results.indexOf('applied');
      const detail = await store().detail(before.tenant, before.id);
      expect(results.filter((result) => result === 'applied')).toHaveLength(1);
      expect(detail?.attempts.map(({ durationMs }) => durationMs)).toStrictEqual([winner]);
    });

    it(
      'keeps dozens of long attempts over several cycles, by number',
      { timeout: 60_000 },
      async () => {
        let delivery = await committed(store());
        const attempts: Attempt[] = [];
        for (let number = 1; number <= 33; number += 1) {
          const responseBody = (number % 2 === 0 ? 'x' : '☃').repeat(1_000);
          const { after, attempt } = await attempted(store(), delivery, { responseBody });
          attempts.push(attempt);
          delivery = after;
          if (number % 11 !== 0) continue;
          const replayed = changed(delivery, {
            status: 'pending',
            cycle: delivery.cycle + 1,
            cycleAttempt: 0,
          });
          expect(await store().transition(delivery, replayed)).toBe('applied');
          delivery = replayed;
        }

        const detail = await store().detail(delivery.tenant, delivery.id);

        expect(detail?.delivery).toStrictEqual(delivery);
        expect(detail?.attempts).toStrictEqual(attempts);
        const loaded = await store().load(delivery.tenant, [delivery.id]);
        expect(loaded.get(delivery.id)?.delivery).toStrictEqual(delivery);
      },
    );
  });
}
