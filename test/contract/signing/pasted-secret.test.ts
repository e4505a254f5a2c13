// Secrets as they get pasted: cleaned where it is certain what was meant, refused with the reason otherwise.
import { describe, expect, test } from 'vitest';
import { newSubscription, subscriptionFields } from '../../../lambdas/contract/http/resources.ts';
import { secretMask } from '../../../lambdas/contract/signing/secret-mask.ts';
import { secretRotation } from '../../../lambdas/contract/signing/signing-secret.ts';
import type { Verification } from '../../../lambdas/contract/events/verification.ts';
import { limits } from '../../../lambdas/contract/limits/limits.ts';

const base64 = Buffer.alloc(24, 9).toString('base64');
const clean = `whsec_${base64}`;
const target_url = 'https://example.com/hook';

const ways: [string, (secret: string) => unknown][] = [
  ['a new subscription', (secret) => newSubscription.parse({ target_url, secret }).secret],
  ['an update', (secret) => subscriptionFields.parse({ secret }).secret],
  ['a rotation', (secret) => secretRotation.parse({ secret }).secret],
  ['verification', (secret) => verified({ scheme: 'standard', secret })],
];

function verified(verification: { scheme: Verification['scheme']; secret: string }): unknown {
  const parsed = subscriptionFields.parse({ verification });
  return parsed.verification && 'secret' in parsed.verification
    ? parsed.verification.secret
    : undefined;
}

describe.each(ways)('the secret of %s', (_, read) => {
  test.each([
    `${clean}\n`,
    `${clean}\r\n`,
    ` ${clean}\t`,
    `"${clean}"`,
    `' ${clean} '\n`,
    `\`${clean}\``,
    `v1,${clean}`,
    `"V1,${clean}"`,
    `WHSEC_${base64}`,
    `Whsec_${base64}`,
  ])('is cleaned: %j', (given) => expect(read(given)).toBe(clean));

  test.each(['s3cret', 'a secret of words', 'v1,s3cret', '"', `it's`, 'x"y"', 'é', clean])(
    'is taken as it is: %j',
    (given) => expect(read(given)).toBe(given),
  );

  test.each(['s3cret\n', '\ts3cret', ' s3cret', 's3cret ', '"s3cret"', `'s3cret'`, ' ', '""'])(
    'is refused with the reason: %j',
    (given) =>
      expect(() => read(given)).toThrow('must not have surrounding spaces, line ends or quotes'),
  );

  test.each(['whsec_not base64!', 'whsec_', `whsec_${base64.slice(1)}`, 'WHSEC_?', 'v1,whsec_!'])(
    'is refused where it is no base64: %j',
    (given) => expect(() => read(given)).toThrow('base64'),
  );

  test('may be as long once it is cleaned', () => {
    const longest = 'x'.repeat(limits.secretLengthMax);
    expect(read(longest)).toBe(longest);
    expect(() => read(`${longest}x`)).toThrow();
    expect(read(` ${clean}${' '.repeat(limits.secretLengthMax)}`)).toBe(clean);
  });
});

describe('the secret of verification', () => {
  test('may be without padding, and of any length: the sender made it', () => {
    const short = `whsec_${Buffer.alloc(10, 7).toString('base64').replace(/=+$/, '')}`;
    expect(verified({ scheme: 'standard', secret: short })).toBe(short);
  });

  test('of Stripe begins as one of Standard Webhooks does, and is none', () => {
    const secret = 'whsec_wRNftLajMZNeslQOP6vEPm4iVx5NlZ6z';
    expect(verified({ scheme: 'stripe', secret: `${secret}\n` })).toBe(secret);
  });

  test('is no public key', () => {
    const secret = `whpk_${base64}`;
    expect(() => verified({ scheme: 'standard', secret })).toThrow('cannot verify');
  });

  test('may be the mask, which leaves it as it is', () => {
    expect(verified({ scheme: 'standard', secret: secretMask })).toBe(secretMask);
  });

  test('is not looked for where an API key is', () => {
    const parse = (header: string) =>
      subscriptionFields.parse({ verification: { scheme: 'token', header, secret: null } });
    expect(() => parse('x-API-key')).toThrow('must not be X-API-Key');
    expect(parse('X-Api-Token')).toBeDefined();
  });
});
