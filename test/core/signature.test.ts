import { randomBytes } from 'node:crypto';
import { verify } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it } from 'vitest';
import {
  hubSignature,
  standardSignature,
  verifiesHubSignature,
} from '../../lambdas/core/signature.ts';

const vector = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const bytes = (text: string) => new TextEncoder().encode(text);
const oddBody = bytes('{"b":1,"a":2,"a":3,\r\n "e":"é\\u00e9","s":"\\/"}  ');

describe('standardSignature', () => {
  it('equals the fixed vector of Standard Webhooks', () => {
    const { secret, id, timestamp, body } = vector;
    expect(standardSignature(secret, { id, timestamp, body: bytes(body) })).toBe(vector.signature);
  });

  it.each([
    ['a whsec_ secret', `whsec_${randomBytes(32).toString('base64')}`, undefined],
    ['any text', 'a secret of the old system', { format: 'raw' as const }],
  ])('is accepted by the official library with %s, and refused with a flipped byte', (...row) => {
    const [, secret, options] = row;
    const timestamp = Math.floor(Date.now() / 1_000);
    const headers = {
      'webhook-id': 'dlv_1',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': standardSignature(secret, { id: 'dlv_1', timestamp, body: oddBody }),
    };
    const webhook = new Webhook(secret, options);
    const text = new TextDecoder().decode(oddBody);
    expect(() => webhook.verify(text, headers)).not.toThrow();
    for (let index = 0; index < text.length; index += 1) {
      const flipped = text.slice(0, index) + '~' + text.slice(index + 1);
      expect(() => webhook.verify(flipped, headers)).toThrow('No matching signature');
    }
  });

  it('is accepted by the svix library', () => {
    const timestamp = Math.floor(Date.now() / 1_000);
    const message = { id: 'dlv_1', timestamp, body: oddBody };
    const headers = {
      'webhook-id': 'dlv_1',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': standardSignature(vector.secret, message),
    };
    const webhook = new SvixWebhook(vector.secret);
    expect(() => webhook.verify(new TextDecoder().decode(oddBody), headers)).not.toThrow();
  });
});

describe('hubSignature', () => {
  it('is accepted by the GitHub library, over the bytes as they are', async () => {
    const text = new TextDecoder().decode(oddBody);
    expect(await verify('s3cret', text, hubSignature('s3cret', oddBody))).toBe(true);
    expect(await verify('s3cret', text.trimEnd(), hubSignature('s3cret', oddBody))).toBe(false);
  });

  it('verifies its own, in any case of the digits, and nothing else', () => {
    const signature = hubSignature('s3cret', oddBody);
    expect(verifiesHubSignature('s3cret', oddBody, signature)).toBe(true);
    expect(verifiesHubSignature('s3cret', oddBody, signature.toUpperCase())).toBe(true);
    for (const wrong of ['', 'sha256=', signature.slice(0, -1), `${signature}0`, 'sha1=abc']) {
      expect(verifiesHubSignature('s3cret', oddBody, wrong)).toBe(false);
    }
    expect(verifiesHubSignature('other', oddBody, signature)).toBe(false);
    expect(verifiesHubSignature('s3cret', oddBody.subarray(1), signature)).toBe(false);
  });
});
