// Requests that somebody recorded and plays again: what their signature covers says that they are the same.
import { createHmac, randomBytes } from 'node:crypto';
import { sign } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import type { SubscriptionFields } from '../../../lambdas/contract/http/resources.ts';
import { createService } from '../../support/service.ts';

type Fields = NonNullable<SubscriptionFields['verification']>;
type Signer = { verification: Fields; headersOf: (body: string, seconds: number) => Headers };
type Headers = Record<string, string>;

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const text = '{"a":1}';
const hmac = (content: string) => createHmac('sha256', secret).update(content);
const second = 1_000;

async function setup(verification: Fields, apiAuth: 'on' | 'off' = 'on') {
  const service = createService({ settings: { API_AUTH: apiAuth } });
  const key = await service.addKey(['admin']);
  const created = await service.call('createSubscription', {
    key,
    body: { target_url: 'https://receiver.example.com/hooks', verification },
  });
  const { id } = created.json['subscription'] as { id: string };
  const ingest = async (headers: Headers, body = text) => {
    const line = { method: 'POST', path: `/api/ingest/${id}`, headers, body };
    const { status, json } = await service.request(line);
    return status === 202 ? String(json['delivery_id']) : json['code'];
  };
  const deliveries = async () => {
    const { json } = await service.call('listDeliveries', { key });
    return (json['deliveries'] as unknown[]).length;
  };
  return { ...service, key, id, ingest, deliveries, now: () => service.clock.now() / second };
}

const standard: Signer = {
  verification: { scheme: 'standard', secret },
  headersOf: (body, seconds) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(seconds)),
    'webhook-signature': new Webhook(secret).sign('msg_1', new Date(seconds * second), body),
  }),
};

const stripe: Signer = {
  verification: { scheme: 'stripe', secret },
  headersOf: (payload, seconds) => ({
    'stripe-signature': new Stripe('sk_test_unused').webhooks.generateTestHeaderString({
      payload,
      secret,
      timestamp: Math.floor(seconds),
    }),
  }),
};

const slack: Signer = {
  verification: { scheme: 'slack', secret },
  headersOf: (body, seconds) => ({
    'x-slack-request-timestamp': String(Math.floor(seconds)),
    'x-slack-signature': `v0=${hmac(`v0:${Math.floor(seconds)}:${body}`).digest('hex')}`,
  }),
};

const bodySigners: Record<string, Signer> = {
  shopify: {
    verification: { scheme: 'shopify', secret },
    headersOf: (body) => ({ 'x-shopify-hmac-sha256': hmac(body).digest('base64') }),
  },
  hmac: {
    verification: {
      scheme: 'hmac',
      header: 'X-Acme',
      algorithm: 'sha256',
      encoding: 'hex',
      prefix: '',
      secret,
    },
    headersOf: (body) => ({ 'x-acme': hmac(body).digest('hex') }),
  },
  github: {
    verification: { scheme: 'github', secret },
    headersOf: (body) => ({ 'x-hub-signature-256': `sha256=${hmac(body).digest('hex')}` }),
  },
};

describe.each(Object.entries({ standard, stripe, slack }))(
  'a message signed as %s',
  (_, signer) => {
    test('is delivered once, however often it is played', async () => {
      const { ingest, deliveries, now, clock } = await setup(signer.verification);
      const headers = signer.headersOf(text, now());
      const first = await ingest(headers);
      expect(first).toMatch(/^dlv_/);
      clock.advance(limits.signatureToleranceMs / 2);
      expect(await Promise.all([ingest(headers), ingest(headers)])).toEqual([first, first]);
      expect(await deliveries()).toBe(1);
    });

    test('is so without keys, too, and another body is another message', async () => {
      const { ingest, deliveries, now, clock } = await setup(signer.verification, 'off');
      const headers = signer.headersOf(text, now());
      expect(await ingest(headers)).toBe(await ingest(headers));
      clock.advance(second);
      const next = { ...signer.headersOf('{"a":2}', now()) };
      const isSameId = 'webhook-id' in next;
      expect(await ingest(next, '{"a":2}')).toMatch(
        isSameId ? /^idempotency-key-reused$/ : /^dlv_/,
      );
      expect(await deliveries()).toBe(isSameId ? 1 : 2);
    });

    test('does not become another one by what no signature covers', async () => {
      const { ingest, deliveries, now } = await setup(signer.verification);
      const headers = signer.headersOf(text, now());
      const first = await ingest(headers);
      expect(await ingest({ ...headers, 'idempotency-key': 'fresh' })).toBe(first);
      expect(await ingest({ ...headers, 'x-event-type': 'other' })).toBe('idempotency-key-reused');
      expect(await deliveries()).toBe(1);
    });

    test('may be published again by who has a key, under one that is fresh', async () => {
      const { ingest, key, deliveries, now } = await setup(signer.verification);
      const headers = { ...signer.headersOf(text, now()), 'x-api-key': key };
      const first = await ingest(headers);
      expect(await ingest(headers)).toBe(first);
      expect(await ingest({ ...headers, 'idempotency-key': 'fresh' })).not.toBe(first);
      expect(await deliveries()).toBe(2);
    });

    test('is no message while nobody signed it', async () => {
      const { ingest, key, now } = await setup(signer.verification);
      const { 'webhook-id': id = '' } = signer.headersOf(text, now());
      const unsigned = { 'x-api-key': key, 'webhook-id': id };
      expect(await ingest(unsigned)).not.toBe(await ingest(unsigned));
    });

    test('cannot be asked to dedupe, since it does', async () => {
      const { call, id, key } = await setup(signer.verification);
      const verification = { ...signer.verification, dedupe: true };
      const { json } = await call('updateSubscription', { id, key, body: { verification } });
      expect(json).toMatchObject({ status: 400, code: 'invalid-request' });
      expect(json['detail']).toContain('dedupe');
    });
  },
);

test('a message of Standard Webhooks that its sender tries again is the same', async () => {
  const { ingest, now, clock } = await setup(standard.verification);
  const first = await ingest(standard.headersOf(text, now()));
  clock.advance(3_600 * second);
  expect(await ingest(standard.headersOf(text, now()))).toBe(first);
  clock.advance(limits.idempotencyWindowMs);
  expect(await ingest(standard.headersOf(text, now()))).not.toBe(first);
});

describe.each(Object.entries(bodySigners))(
  'a body signed as %s',
  (_, { verification, headersOf }) => {
    test('is an event of its own each time unless asked for', async () => {
      const { ingest, deliveries } = await setup(verification);
      await ingest(headersOf(text, 0));
      await ingest(headersOf(text, 0));
      expect(await deliveries()).toBe(2);
    });

    test('is one event within a day where it is asked for', async () => {
      const { ingest, deliveries, clock } = await setup({
        ...verification,
        dedupe: true,
      } as Fields);
      const first = await ingest(headersOf(text, 0));
      expect(await ingest({ ...headersOf(text, 0), 'idempotency-key': 'fresh' })).toBe(first);
      expect(await ingest(headersOf('{"a":2}', 0), '{"a":2}')).not.toBe(first);
      expect(await deliveries()).toBe(2);
      clock.advance(limits.idempotencyWindowMs);
      expect(await ingest(headersOf(text, 0))).not.toBe(first);
    });

    test('shows and keeps that it was asked for', async () => {
      const { call, id, key } = await setup({ ...verification, dedupe: true } as Fields);
      const { json } = await call('getSubscription', { id, key });
      const read = json['subscription'] as SubscriptionFields;
      expect(read.verification).toMatchObject({ dedupe: true });
      const put = await call('replaceSubscription', { id, key, body: read });
      expect(put.json['subscription']).toMatchObject({ verification: read.verification });
    });
  },
);

test('an id that no secret could verify names no message', async () => {
  const { ingest } = await setup({ scheme: 'standard', secret: null }, 'off');
  const headers = standard.headersOf(text, 0);
  expect(await ingest(headers)).not.toBe(await ingest(headers));
});

test('what a subscription signs without any verification stays an event each time', async () => {
  const service = createService();
  const body = { target_url: 'https://receiver.example.com/hooks', secret };
  const { json } = await service.call('createSubscription', { body });
  const { id } = json['subscription'] as { id: string };
  const headers = { 'x-hub-signature-256': await sign(secret, text) };
  const ingest = () => service.call('ingest', { id, headers, body: JSON.parse(text) });
  expect((await ingest()).json['delivery_id']).not.toBe((await ingest()).json['delivery_id']);
});
