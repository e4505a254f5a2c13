import crypto, { createHmac, randomBytes } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { sign } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as Svix } from 'svix';
import { describe, expect, it } from 'vitest';
import type { SharedVerification } from '../../../lambdas/contract/events/verification.ts';
import { verifyInbound } from '../../../lambdas/core/events/inbound-verification.ts';
import { standardSignatures } from '../../../lambdas/core/signing/signature.ts';

const text = '{"b":1,"a":2,"a":3,\r\n "e":"é\\u00e9","s":"\\/"}  ';
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const now = Date.now();
const seconds = Math.floor(now / 1_000);

type Headers = Record<string, string>;
type Sender = {
  verification: SharedVerification;
  sign: (at: number, key: string) => Headers | Promise<Headers>;
  hasTimestamp: boolean;
};

const hmac = (algorithm: string, key: string, content: string) =>
  createHmac(algorithm, key).update(content);

// Signed by the senders' own libraries where they have one, else as their documentation says.
const senders: Record<string, Sender> = {
  github: {
    verification: { scheme: 'github', secret },
    sign: async (_, key) => ({ 'x-hub-signature-256': await sign(key, text) }),
    hasTimestamp: false,
  },
  stripe: {
    verification: { scheme: 'stripe', secret },
    sign: (timestamp, key) => ({
      'stripe-signature': new Stripe('sk_test_unused').webhooks.generateTestHeaderString({
        payload: text,
        secret: key,
        timestamp,
      }),
    }),
    hasTimestamp: true,
  },
  'standard webhooks': {
    verification: { scheme: 'standard', secret },
    sign: (timestamp, key) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': new Webhook(key).sign('msg_1', new Date(timestamp * 1_000), text),
    }),
    hasTimestamp: true,
  },
  shopify: {
    verification: { scheme: 'shopify', secret },
    sign: (_, key) => ({ 'x-shopify-hmac-sha256': hmac('sha256', key, text).digest('base64') }),
    hasTimestamp: false,
  },
  slack: {
    verification: { scheme: 'slack', secret },
    sign: (timestamp, key) => ({
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': `v0=${hmac('sha256', key, `v0:${timestamp}:${text}`).digest('hex')}`,
    }),
    hasTimestamp: true,
  },
  zoom: {
    verification: { scheme: 'zoom', secret },
    sign: (timestamp, key) => ({
      'x-zm-request-timestamp': String(timestamp),
      'x-zm-signature': `v0=${hmac('sha256', key, `v0:${timestamp}:${text}`).digest('hex')}`,
    }),
    hasTimestamp: true,
  },
  svix: {
    verification: { scheme: 'standard', secret },
    sign: (timestamp, key) => ({
      'svix-id': 'msg_1',
      'svix-timestamp': String(timestamp),
      'svix-signature': new Svix(key).sign('msg_1', new Date(timestamp * 1_000), text),
    }),
    hasTimestamp: true,
  },
  'a sha512 in base64': {
    verification: {
      scheme: 'hmac',
      header: 'X-Signature',
      algorithm: 'sha512',
      encoding: 'base64',
      prefix: '',
      secret,
    },
    sign: (_, key) => ({ 'x-signature': hmac('sha512', key, text).digest('base64') }),
    hasTimestamp: false,
  },
  'a sha1 in hex with a prefix': {
    verification: {
      scheme: 'hmac',
      header: 'x-hub-signature',
      algorithm: 'sha1',
      encoding: 'hex',
      prefix: 'SHA1=',
      secret,
    },
    sign: (_, key) => ({ 'x-hub-signature': `SHA1=${hmac('sha1', key, text).digest('hex')}` }),
    hasTimestamp: false,
  },
};

function everyFlip(original: string): string[] {
  return Array.from(
    original,
    (_, index) => original.slice(0, index) + '~' + original.slice(index + 1),
  );
}

describe.each(Object.entries(senders))('verifyInbound of %s', (_name, sender) => {
  const verify = (
    headers: Headers,
    given: { body?: string; at?: number; secrets?: string[] } = {},
  ) =>
    verifyInbound(sender.verification, given.secrets ?? [secret], {
      headers,
      body: new TextEncoder().encode(given.body ?? text),
      now: given.at ?? now,
    });

  it('accepts what the sender signed, with any of the secrets', async () => {
    const headers = await sender.sign(seconds, secret);
    expect(verify(headers)).toBe('ok');
    expect(verify(headers, { secrets: ['another', secret] })).toBe('ok');
    expect(verify(headers, { secrets: ['another'] })).toBe('invalid');
    expect(verify(headers, { secrets: [] })).toBe('invalid');
  });

  it('refuses any flipped byte', async () => {
    const headers = await sender.sign(seconds, secret);
    for (const body of everyFlip(text)) expect(verify(headers, { body })).toBe('invalid');
    for (const [name, value] of Object.entries(headers)) {
      for (const flipped of everyFlip(value)) {
        expect(verify({ ...headers, [name]: flipped }), flipped).toBe('invalid');
      }
    }
  });

  it('refuses a signature that is cut, longer or empty', async () => {
    const headers = await sender.sign(seconds, secret);
    const name = Object.keys(headers).find((key) => /signature|hmac/.test(key)) ?? '';
    const signature = headers[name] ?? '';
    for (const wrong of [signature.slice(0, -1), `${signature}0`, signature.split('=')[0] ?? '']) {
      expect(verify({ ...headers, [name]: wrong }), wrong).toBe('invalid');
    }
  });

  it('says when a header is missing', async () => {
    const headers = await sender.sign(seconds, secret);
    expect(verify({})).toBe('missing');
    for (const name of Object.keys(headers)) {
      const others = Object.entries(headers).filter(([other]) => other !== name);
      expect(verify(Object.fromEntries(others)), name).toBe('missing');
      expect(verify({ ...headers, [name]: '' }), name).toBe('missing');
    }
  });

  it('checks the time if the scheme has one', async () => {
    const headers = await sender.sign(seconds, secret);
    const at = (offset: number) => verify(headers, { at: (seconds + offset) * 1_000 });
    const late = sender.hasTimestamp ? 'expired' : 'ok';
    expect([-301, -300, 300, 301].map(at)).toEqual([late, 'ok', 'ok', late]);
  });
});

describe('verifyInbound', () => {
  const body = new TextEncoder().encode(text);

  it('accepts hex in either case', async () => {
    const signature = await sign(secret, text);
    const headers = { 'x-hub-signature-256': signature.toUpperCase() };
    expect(verifyInbound({ scheme: 'github', secret }, [secret], { headers, body, now })).toBe(
      'ok',
    );
  });

  it('accepts a gap after the prefix, but none within it', async () => {
    const signature = await sign(secret, text);
    const verdictOf = (header: string) =>
      verifyInbound({ scheme: 'github', secret }, [secret], {
        headers: { 'x-hub-signature-256': header },
        body,
        now,
      });
    expect(verdictOf(signature.replace('=', '=  '))).toBe('ok');
    expect(verdictOf(signature.replace('=', ' ='))).toBe('invalid');
    expect(verdictOf(signature.replace('sha256=', ''))).toBe('invalid');
  });

  it('accepts one of several signatures, and skips versions that it does not know', () => {
    const header = senders['stripe']?.sign(seconds, secret) as Headers;
    const [time, signature] = header['stripe-signature']?.split(',') ?? [];
    const verify = (...parts: (string | undefined)[]) =>
      verifyInbound({ scheme: 'stripe', secret }, [secret], {
        headers: { 'stripe-signature': parts.join(',') },
        body,
        now,
      });
    expect(verify(time, 'v1=00', 'v0=11', signature)).toBe('ok');
    expect(verify(time, signature?.replace('v1', 'v0'))).toBe('invalid');
    expect(verify(signature)).toBe('invalid');
    expect(verify(`t=${seconds}x`, signature)).toBe('invalid');
  });

  it('does not treat a signed time that is not a number as fresh', () => {
    const timestamp = '1e99';
    const signature = hmac('sha256', secret, `v0:${timestamp}:${text}`).digest('hex');
    const headers = {
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    };
    expect(verifyInbound({ scheme: 'slack', secret }, [secret], { headers, body, now })).toBe(
      'expired',
    );
  });
});

describe('a request with many signatures', () => {
  const secret = 'a secret of some length';
  const body = new TextEncoder().encode('{}');
  const now = 1_700_000_000_000;
  const identity = { id: 'msg_1', timestamp: String(now / 1_000), body };
  const right = standardSignatures([secret], identity);
  const verdictOf = (signatures: string[], secrets = [secret]) =>
    verifyInbound({ scheme: 'standard', secret: null }, secrets, {
      headers: {
        'webhook-id': identity.id,
        'webhook-timestamp': identity.timestamp,
        'webhook-signature': signatures.join(' '),
      },
      body,
      now,
    });

  it('is compared with ten of them at most', () => {
    const others = (count: number) => Array.from({ length: count }, () => `v1,${'a'.repeat(44)}`);
    expect(verdictOf([...others(9), right])).toBe('ok');
    expect(verdictOf([...others(10), right])).toBe('invalid');
    expect(verdictOf([right, ...others(10)])).toBe('invalid');
  });

  it('costs one HMAC for each secret, however many signatures it has', () => {
    const { createHmac: made } = crypto;
    let computed = 0;
    crypto.createHmac = (...given) => {
      computed += 1;
      return made(...given);
    };
    syncBuiltinESMExports();
    try {
      verdictOf(
        Array.from({ length: 10 }, () => `v1,${'a'.repeat(44)}`),
        ['one', 'two', 'three'],
      );
      expect(computed).toBe(3);
      verdictOf(
        Array.from({ length: 5_000 }, () => 'a'),
        ['one', 'two', 'three'],
      );
      expect(computed).toBe(3);
    } finally {
      crypto.createHmac = made;
      syncBuiltinESMExports();
    }
  });
});
