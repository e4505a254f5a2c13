import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SubscriptionFields } from '../../../lambdas/contract/http/resources.ts';
import { secretMask } from '../../../lambdas/contract/signing/secret-mask.ts';
import { newSubscription, subscriptionFields } from '../../../lambdas/contract/http/resources.ts';
import {
  createSubscription,
  updateSubscription,
} from '../../../lambdas/core/subscriptions/apply-fields.ts';
import { aSubscription, noon } from '../../support/factories.ts';

const someFields: fc.Arbitrary<SubscriptionFields> = fc.record(
  {
    name: fc.option(fc.string({ maxLength: 20 })),
    target_url: fc.webUrl(),
    secret: fc.option(fc.oneof(fc.string({ maxLength: 20 }), fc.constant(secretMask))),
    event_types: fc.option(fc.array(fc.constantFrom('a', 'b', 'c.*'))),
    status: fc.constantFrom('active' as const, 'inactive' as const),
    retry_schedule: fc.option(fc.constantFrom('standard' as const, 'fast' as const, [1, 2])),
    timeout_ms: fc.option(fc.integer({ min: 1_000, max: 30_000 })),
  },
  { requiredKeys: [] },
);

const paused = aSubscription({ status: 'inactive', inactiveReason: 'paused' });
const gone = aSubscription({ status: 'inactive', inactiveReason: 'gone' });
const active = aSubscription();

describe('an update', () => {
  test('of nothing changes the version and the time alone', () => {
    expect(updateSubscription(gone, {}, noon + 1)).toEqual({
      ...gone,
      updatedAt: noon + 1,
      version: gone.version + 1,
    });
  });

  test('made twice is the same as once', () => {
    fc.assert(
      fc.property(fc.constantFrom(active, paused, gone), someFields, (before, fields) => {
        const once = updateSubscription(before, fields, noon);
        expect(updateSubscription(once, fields, noon)).toEqual({
          ...once,
          version: once.version + 1,
        });
      }),
    );
  });

  test('never makes an active subscription with a reason, or an inactive one without', () => {
    fc.assert(
      fc.property(fc.constantFrom(active, paused, gone), someFields, (before, fields) => {
        const after = updateSubscription(before, fields, noon);
        expect(after.inactiveReason === null).toBe(after.status === 'active');
      }),
    );
  });

  test('never stores the mask, an empty secret or an empty list of types', () => {
    fc.assert(
      fc.property(someFields, (fields) => {
        const { secret, eventTypes, name } = updateSubscription(active, fields, noon);
        expect([secretMask, '']).not.toContain(secret);
        expect(name).not.toBe('');
        expect(eventTypes === null || eventTypes.length > 0).toBe(true);
        expect(new Set(eventTypes ?? []).size).toBe(eventTypes?.length ?? 0);
      }),
    );
  });

  test('to inactive keeps the reason of one that is inactive already', () => {
    const status = 'inactive';
    expect(updateSubscription(gone, { status }, noon).inactiveReason).toBe('gone');
    expect(updateSubscription(active, { status }, noon).inactiveReason).toBe('paused');
  });
});

test('a new subscription is active unless it is told otherwise', () => {
  const { tenant, id } = active;
  const made = (fields: object) =>
    createSubscription({ tenant, id, now: noon }, { target_url: 'https://a.example/', ...fields });
  expect(made({})).toMatchObject({ status: 'active', inactiveReason: null, version: 1 });
  expect(made({ status: 'inactive' })).toMatchObject({ inactiveReason: 'paused' });
});

describe('a whsec_ secret', () => {
  const fits = (secret: string) => subscriptionFields.safeParse({ secret }).success;

  test('is base64 of 24 to 64 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), (bytes) => {
        const secret = `whsec_${Buffer.from(bytes).toString('base64')}`;
        expect(fits(secret)).toBe(bytes.length >= 24 && bytes.length <= 64);
      }),
    );
  });

  test.each([
    `whsec_${'A'.repeat(31)}`, // Not a multiple of four.
    `whsec_${'A'.repeat(31)}B=`, // Padded for nothing.
    `whsec_${'-'.repeat(32)}`, // The URL alphabet.
    `whsec_ ${'A'.repeat(32)}`,
    'whsec_',
  ])('is refused otherwise: %s', (secret) => {
    expect(fits(secret)).toBe(false);
  });

  test('is one kind of secret: others are any text', () => {
    expect(['x', 'whsec-short', secretMask, ''].filter((text) => !fits(text))).toEqual([]);
  });
});

test('a mask cannot be the secret of a new subscription', () => {
  const fields = { target_url: 'https://a.example/', secret: secretMask };
  expect(newSubscription.safeParse(fields).success).toBe(false);
});
