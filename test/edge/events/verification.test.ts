// Events that well-known senders post straight to the ingest URL, without an API key.
import { createHmac } from 'node:crypto';
import { sign } from '@octokit/webhooks-methods';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import type { SubscriptionFields } from '../../../lambdas/contract/http/resources.ts';
import { createService } from '../../support/service.ts';

const text = '{"a":1}';
const secret = 'the sender’s secret';

async function setup(fields: SubscriptionFields, apiAuth: 'on' | 'off' = 'on') {
  const service = createService({ settings: { API_AUTH: apiAuth } });
  const key = await service.addKey(['admin']);
  const body = { target_url: 'https://receiver.example.com/hooks', ...fields };
  const created = await service.call('createSubscription', { key, body });
  const { id } = created.json['subscription'] as { id: string };
  const ingest = async (headers: Record<string, string>, payload = text) => {
    const line = { method: 'POST', path: `/api/ingest/${id}`, headers, body: payload };
    const { status, json } = await service.request(line);
    return [status, json['code']];
  };
  const rotate = (rotation: object) => service.call('rotateSecret', { key, id, body: rotation });
  const seconds = () => Math.floor(service.clock.now() / 1_000);
  return { ...service, key, ingest, rotate, seconds };
}

const accepted = [202, undefined];

describe('an event without an API key', () => {
  test('is accepted as Stripe signs it, and only for five minutes', async () => {
    const { ingest, seconds, clock } = await setup({ verification: { scheme: 'stripe', secret } });
    const signature = new Stripe('sk_test_unused').webhooks.generateTestHeaderString({
      payload: text,
      secret,
      timestamp: seconds(),
    });
    const headers = { 'Stripe-Signature': signature };
    expect(await ingest(headers)).toEqual(accepted);
    expect(await ingest(headers, '{"a":2}')).toEqual([401, 'signature-invalid']);
    clock.advance(301_000);
    expect(await ingest(headers)).toEqual([401, 'signature-expired']);
  });

  test('is verified as the preset says and in no other way', async () => {
    const { ingest } = await setup({
      secret: 'own',
      verification: {
        scheme: 'hmac',
        header: 'X-Acme-Signature',
        algorithm: 'sha512',
        encoding: 'base64',
        prefix: 'v1:',
        secret,
      },
    });
    const signature = createHmac('sha512', secret).update(text).digest('base64');
    expect(await ingest({ 'x-acme-signature': `v1:${signature}` })).toEqual(accepted);
    expect(await ingest({ 'x-acme-signature': signature })).toEqual([401, 'unauthenticated']);
    const hub = { 'x-hub-signature-256': await sign('own', text) };
    expect(await ingest(hub)).toEqual([401, 'signature-invalid']);
  });

  test('may be signed with any of the subscription’s active secrets', async () => {
    const { ingest, rotate, clock } = await setup({ secret: 'an old secret of length' });
    await rotate({ secret: 'a new secret of length', overlap_seconds: 60 });
    clock.advance(30_000);
    const signed = async (by: string) => ingest({ 'x-hub-signature-256': await sign(by, text) });
    expect(await signed('an old secret of length')).toEqual(accepted);
    expect(await signed('a new secret of length')).toEqual(accepted);
    clock.advance(60_000);
    expect(await signed('an old secret of length')).toEqual([401, 'signature-invalid']);
    expect(await signed('a new secret of length')).toEqual(accepted);
  });

  test('cannot be signed for a subscription whose key nobody shares', async () => {
    const { ingest, rotate } = await setup({});
    await rotate({ type: 'ed25519' });
    const headers = { 'x-hub-signature-256': await sign('anything', text) };
    expect(await ingest(headers)).toEqual([401, 'signature-invalid']);
  });

  test('is told nothing about a subscription that it does not sign for', async () => {
    const { request, ingest } = await setup({ verification: { scheme: 'slack', secret } });
    const nowhere = async (headers: Record<string, string>) => {
      const line = { method: 'POST', path: '/api/ingest/sub_none', headers, body: text };
      const { status, json } = await request(line);
      return [status, json['code']];
    };
    for (const headers of [
      {},
      { 'x-hub-signature-256': 'sha256=00' },
      { 'stripe-signature': 't=1,v1=00' },
      { 'x-slack-signature': 'v0=00' },
      { 'x-slack-signature': 'v0=00', 'x-slack-request-timestamp': '1' },
    ]) {
      expect(await ingest(headers)).toEqual(await nowhere(headers));
    }
  });
});

describe('an event with an API key', () => {
  test('needs no signature, but not a wrong one', async () => {
    const { ingest, key } = await setup({ verification: { scheme: 'github', secret } });
    const headers = { 'x-api-key': key };
    expect(await ingest(headers)).toEqual(accepted);
    const wrong = { ...headers, 'x-hub-signature-256': await sign('other', text) };
    expect(await ingest(wrong)).toEqual([401, 'signature-invalid']);
  });
});

test('where authentication is off, the preset still guards', async () => {
  const { ingest } = await setup({ verification: { scheme: 'shopify', secret } }, 'off');
  expect(await ingest({})).toEqual([401, 'signature-missing']);
  const signature = createHmac('sha256', secret).update(text).digest('base64');
  expect(await ingest({ 'x-shopify-hmac-sha256': signature })).toEqual(accepted);
});
