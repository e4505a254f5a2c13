import { createPublicKey, randomBytes, verify as verifyBytes } from 'node:crypto';
import { verify } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it } from 'vitest';
import {
  hubSignature,
  standardSignatures,
  timestampedSignatures,
} from '../../../lambdas/core/signing/signature.ts';
import { publicKeyOf, signingKeyFrom } from '../../../lambdas/core/signing/signing-key.ts';

// The vectors that Standard Webhooks' own libraries are tested with.
const vector = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: new TextEncoder().encode('{"test": 2432232314}'),
};
const sharedVector = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const keyVector = {
  secret:
    'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
  publicKey: 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
  signature:
    'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
};

const text = '{"b":1,"a":2,"a":3,\r\n "e":"é\\u00e9","s":"\\/"}  ';
const body = new TextEncoder().encode(text);
const newSharedSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
const seconds = () => Math.floor(Date.now() / 1_000);

/** A request that was signed just now. */
function standardHeaders(secrets: readonly string[]) {
  const timestamp = seconds();
  return {
    'webhook-id': 'dlv_1',
    'webhook-timestamp': String(timestamp),
    'webhook-signature': standardSignatures(secrets, { id: 'dlv_1', timestamp, body }),
  };
}

function everyFlip(original: string): string[] {
  return Array.from(
    original,
    (_, index) => original.slice(0, index) + '~' + original.slice(index + 1),
  );
}

describe('standardSignatures', () => {
  it.each([
    ['HMAC', sharedVector],
    ['ed25519', keyVector],
  ])('equals the fixed vector for %s', (_, { secret, signature }) => {
    expect(standardSignatures([secret], vector)).toBe(signature);
  });

  it('puts the newest first, of either kind', () => {
    const secrets = [keyVector.secret, sharedVector.secret, 'any text'];
    const [first, second, third, ...others] = standardSignatures(secrets, vector).split(' ');
    expect([first, second]).toEqual([keyVector.signature, sharedVector.signature]);
    expect(third).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    expect(others).toEqual([]);
  });

  const [oldSecret, newSecret] = [newSharedSecret(), newSharedSecret()];
  describe.each([
    ['standardwebhooks', (secret: string) => new Webhook(secret)],
    ['svix', (secret: string) => new SvixWebhook(secret)],
  ])('checked by %s', (_name, webhookOf) => {
    it.each([
      ['before a rotation', [oldSecret], [true, false]],
      ['during its overlap', [newSecret, oldSecret], [true, true]],
      ['during its overlap, newest asymmetric', [keyVector.secret, oldSecret], [true, false]],
      ['after it', [newSecret], [false, true]],
    ])('%s, accepts any holder of an active secret', (_when, active, [byOld, byNew]) => {
      const headers = standardHeaders(active);
      const accepts = (secret: string) => {
        try {
          webhookOf(secret).verify(text, headers);
          return true;
        } catch {
          return false;
        }
      };
      expect([accepts(oldSecret), accepts(newSecret)]).toEqual([byOld, byNew]);
    });

    it('is refused with any flipped byte of the body, id, timestamp or signature', () => {
      const headers = standardHeaders([newSecret]);
      const webhook = webhookOf(newSecret);
      for (const flipped of everyFlip(text)) {
        expect(() => webhook.verify(flipped, headers)).toThrow();
      }
      for (const [name, value] of Object.entries(headers)) {
        for (const flipped of everyFlip(value)) {
          // A version that the verifier does not know is the same to it as no signature.
          expect(() => webhook.verify(text, { ...headers, [name]: flipped }), flipped).toThrow();
        }
      }
    });
  });

  it('signs with the bytes of any other text', () => {
    const secret = 'a secret of the old system, with a €';
    const webhook = new Webhook(Buffer.from(secret), { format: 'raw' });
    expect(() => webhook.verify(text, standardHeaders([secret]))).not.toThrow();
  });
});

describe('a signing key', () => {
  it('shows the public key of the fixed vector', () => {
    expect(publicKeyOf(keyVector.secret)).toBe(keyVector.publicKey);
  });

  it('is made from a seed, and its signatures verify by the public key alone', () => {
    const key = signingKeyFrom(randomBytes(32));
    expect(Buffer.from(key.slice('whsk_'.length), 'base64')).toHaveLength(64);
    const x = Buffer.from(publicKeyOf(key).slice('whpk_'.length), 'base64').toString('base64url');
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x },
      format: 'jwk',
    });
    const signature = standardSignatures([key], { ...vector, body }).slice('v1a,'.length);
    const verifies = (content: string) =>
      verifyBytes(null, Buffer.from(content), publicKey, Buffer.from(signature, 'base64'));
    const content = `${vector.id}.${vector.timestamp}.${text}`;
    expect(verifies(content)).toBe(true);
    expect(everyFlip(content).some(verifies)).toBe(false);
  });
});

describe('timestampedSignatures', () => {
  const stripe = new Stripe('sk_test_unused');
  const accepts = (payload: string, header: string, secret: string) => {
    try {
      stripe.webhooks.constructEvent(payload, header, secret);
      return true;
    } catch {
      return false;
    }
  };

  it('is accepted by the Stripe library with the old and the new secret, and with no other', () => {
    const [current, previous] = [newSharedSecret(), 'any text'];
    const header = timestampedSignatures([current, previous], { timestamp: seconds(), body }) ?? '';
    expect(accepts(text, header, current)).toBe(true);
    expect(accepts(text, header, previous)).toBe(true);
    expect(accepts(text, header, newSharedSecret())).toBe(false);
  });

  it('is refused with any flipped byte, and when it is old', () => {
    const timestamp = seconds();
    const header = timestampedSignatures(['s3cret'], { timestamp, body }) ?? '';
    expect(everyFlip(text).some((flipped) => accepts(flipped, header, 's3cret'))).toBe(false);
    expect(everyFlip(header).some((flipped) => accepts(text, flipped, 's3cret'))).toBe(false);
    const old = timestampedSignatures(['s3cret'], { timestamp: timestamp - 301, body }) ?? '';
    expect(accepts(text, old, 's3cret')).toBe(false);
  });

  it('is not made with a signing key', () => {
    const secrets = [keyVector.secret, 's3cret'];
    expect(timestampedSignatures(secrets, vector)).toBe(timestampedSignatures(['s3cret'], vector));
    expect(timestampedSignatures([keyVector.secret], vector)).toBeNull();
  });
});

describe('hubSignature', () => {
  it('is accepted by the GitHub library, and refused with any flipped byte', async () => {
    const signature = hubSignature('s3cret', body);
    expect(await verify('s3cret', text, signature)).toBe(true);
    const flips = [
      ...everyFlip(text).map((flipped) => verify('s3cret', flipped, signature)),
      ...everyFlip(signature).map((flipped) => verify('s3cret', text, flipped)),
    ];
    expect(new Set(await Promise.all(flips))).toEqual(new Set([false]));
  });
});
