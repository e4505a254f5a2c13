// What a row and an attempt look like when stored, and that nothing is lost on the way, whatever the values.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeAttempt,
  encodeAttempt,
} from '../../../../lambdas/adapters/aws/deliveries/attempt-record.ts';
import {
  changingAttributes,
  decodeBody,
  decodeDelivery,
  encodeBody,
  fixedAttributes,
} from '../../../../lambdas/adapters/aws/deliveries/delivery-row.ts';
import type { Item } from '../../../../lambdas/adapters/aws/deliveries/item-size.ts';
import type { Delivery } from '../../../../lambdas/core/deliveries/delivery.ts';
import { aDelivery, anAttempt, noon } from '../../../support/factories.ts';

const stored = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));

const encoded = (delivery: Delivery) =>
  stored({ ...fixedAttributes(delivery), ...changingAttributes(delivery) });

const time = fc.integer({ min: 0, max: 2 ** 47 });
const timeOrNull = fc.option(time);
const count = fc.nat({ max: 1_000 });

const anyDelivery = fc
  .record({
    eventType: fc.option(fc.string({ minLength: 1 })),
    contentType: fc.constantFrom('application/json', 'text/plain'),
    contentEncoding: fc.constantFrom(null, 'gzip', 'deflate, br'),
    status: fc.constantFrom(
      ...(['pending', 'retrying', 'parked', 'delivered', 'failed', 'cancelled'] as const),
    ),
    reason: fc.constantFrom(null, 'exhausted' as const, 'subscription_deleted' as const),
    createdAt: time,
    updatedAt: time,
    completedAt: timeOrNull,
    nextAttemptAt: timeOrNull,
    cycle: count,
    cycleAttempt: count,
    attemptCount: count,
    lastStatusCode: fc.option(count),
    lastErrorCode: fc.option(fc.string()),
    expiresAt: timeOrNull,
    version: count,
  })
  .map((fields) => ({ ...aDelivery({ tenant: 'tenant#ü' }), ...fields }));

describe('the row of a delivery', () => {
  it('keeps every value', () => {
    fc.assert(
      fc.property(anyDelivery, (delivery) => {
        expect(decodeDelivery(encoded(delivery))).toStrictEqual(delivery);
      }),
    );
  });

  it('that was stored before there were content encodings has none', () => {
    const row = encoded(aDelivery({ contentEncoding: 'gzip' }));
    expect(decodeDelivery(row).contentEncoding).toBe('gzip');
    delete row['content_encoding'];
    expect(decodeDelivery(row).contentEncoding).toBeNull();
  });

  it('names nothing that can be told from the rest', () => {
    expect(Object.keys(encoded(aDelivery())).toSorted()).toStrictEqual([
      'event_type',
      'pk',
      'sk',
      'status',
      'turn',
      'version',
    ]);
  });

  it('names little more when it was delivered at once', () => {
    const completedAt = noon + 317;
    const delivered = aDelivery({
      status: 'delivered',
      attemptCount: 1,
      cycleAttempt: 1,
      lastStatusCode: 204,
      updatedAt: completedAt,
      completedAt,
      nextAttemptAt: null,
      turn: null,
      expiresAt: completedAt + 259_200_000,
      version: 2,
    });
    expect(Object.keys(stored(changingAttributes(delivered))).toSorted()).toStrictEqual([
      'attempt_count',
      'code',
      'expires_at',
      'status',
      'updated_at',
      'version',
    ]);
  });

  it('has a time to live in whole seconds', () => {
    const { expires_at: expiresAt } = encoded(aDelivery({ expiresAt: noon + 1_999 }));
    expect(expiresAt).toBe(noon / 1_000 + 1);
  });

  it.each([
    ['parked', true],
    ['failed', true],
    ['pending', false],
    ['retrying', false],
    ['delivered', false],
    ['cancelled', false],
  ] as const)('is in the held index when %s: %s', (status, isHeld) => {
    const { held_pk: held } = changingAttributes(aDelivery({ status }));
    expect(held !== undefined).toBe(isHeld);
    if (isHeld) expect(held).toMatch(new RegExp(`#${status}$`));
  });
});

describe('a stored body', () => {
  it('keeps every byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (body) => {
        expect(Buffer.from(decodeBody(encodeBody(body))).equals(body)).toBe(true);
      }),
    );
  });

  it('is compressed where that helps, and says so', () => {
    expect(Object.keys(encodeBody(Buffer.from('a'.repeat(100))))).toStrictEqual(['body_br']);
    expect(Object.keys(encodeBody(Uint8Array.of(1, 2, 3)))).toStrictEqual(['body']);
    expect(encodeBody(new Uint8Array())).toStrictEqual({});
  });
});

describe('a stored attempt', () => {
  it('keeps every value', () => {
    const ms = fc.option(fc.double({ min: 0, max: 30_000, noNaN: true }));
    const anyAttempt = fc
      .record({
        number: fc.integer({ min: 1, max: 300 }),
        cycle: count,
        at: time,
        durationMs: fc.nat(),
        outcome: fc.constantFrom('success' as const, 'failed_attempt' as const),
        statusCode: fc.option(fc.integer({ min: 100, max: 599 })),
        errorCode: fc.option(fc.string()),
        errorDetails: fc.option(fc.string()),
        responseBody: fc.option(fc.string({ unit: 'grapheme', maxLength: 1_000 })),
        targetUrl: fc.webUrl(),
        timings: fc.record(
          { dnsMs: ms, connectMs: ms, tlsMs: ms, firstByteMs: ms },
          { noNullPrototype: true },
        ),
      })
      .map((fields) => anAttempt(fields));
    fc.assert(
      fc.property(anyAttempt, (attempt) => {
        expect(decodeAttempt(stored(encodeAttempt(attempt)), attempt.number)).toStrictEqual(
          attempt,
        );
      }),
    );
  });
});
