// What proves who sent a request, over HTTP: rotated secrets, keys, Stripe's form, credentials; and the senders that
// an ingest URL trusts.
import { createHmac, createPublicKey, verify as verifySignature } from 'node:crypto';
import { sign } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import type { SubscriptionFields } from '../../lambdas/contract/http/resources.ts';
import { secretMask } from '../../lambdas/contract/signing/secret-mask.ts';
import type { Received } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import type { Subscribed } from './setup.ts';
import { api, ingest, newSecret, patienceMs, subscribe, target } from './setup.ts';

function accepts(secret: string, request: Received): boolean {
  try {
    new Webhook(secret).verify(request.body, request.headers);
    return true;
  } catch {
    return false;
  }
}

/** Sends events until one comes that the condition holds of: a change may take its time to be seen everywhere. */
function requestWhen(
  { id, endpoint }: Subscribed,
  what: string,
  holds: (request: Received) => boolean,
): Promise<Received> {
  const ask = async () => {
    const delivery = await ingest(id);
    const isIt = ({ headers }: Received) => headers['webhook-id'] === delivery;
    const came = () => endpoint.requests.find(isIt);
    const request = await until(`request of ${delivery}`, came, patienceMs);
    return holds(request) ? request : undefined;
  };
  return until(`a request ${what}`, ask, patienceMs);
}

describe('rotating a secret', () => {
  test('signs with both while they overlap, and with the new one alone after that', async () => {
    const [first, second] = [newSecret(), newSecret()];
    const subscribed = await subscribe({ secret: first });
    const { id } = subscribed;
    const body = { secret: second, overlap_seconds: 3_600 };
    const { subscription } = await api.call('rotateSecret', { id, body });
    expect(subscription.previous_secrets).toHaveLength(1);
    const both = await requestWhen(subscribed, 'signed with the new secret', (request) =>
      accepts(second, request),
    );
    expect(accepts(first, both)).toBe(true);

    const ended = await api.call('rotateSecret', { id, body: { overlap_seconds: 0 } });
    expect(ended.subscription).toMatchObject({ secret: secretMask, previous_secrets: [] });
    const third = ended.secret!;
    const last = await requestWhen(subscribed, 'signed with the made secret', (request) =>
      accepts(third, request),
    );
    expect([first, second].map((secret) => accepts(secret, last))).toEqual([false, false]);
    expect((await api.ask('getSubscription', { id })).text).not.toContain(third);
  });

  test('to a key pair signs what the public key verifies', async () => {
    const subscribed = await subscribe();
    const body = { type: 'ed25519' as const };
    const { subscription, secret } = await api.call('rotateSecret', { id: subscribed.id, body });
    expect(secret).toBeNull();
    const read = await api.call('getSubscription', { id: subscribed.id });
    expect(read.subscription.public_key).toBe(subscription.public_key);
    const request = await requestWhen(subscribed, 'signed', ({ headers }) =>
      Boolean(headers['webhook-signature']),
    );
    expect(isSignedBy(subscription.public_key!, request, request.body)).toBe(true);
    expect(isSignedBy(subscription.public_key!, request, Buffer.from('{"n":2}'))).toBe(false);
    expect(request.headers).not.toHaveProperty('x-hub-signature-256');
  });
});

/** Standard Webhooks 1.0.0, v1a: ed25519 over id, timestamp and body. */
function isSignedBy(publicKey: string, { headers }: Received, body: Buffer): boolean {
  const x = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const start = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`;
  const signature = headers['webhook-signature']!.replace(/^v1a,/, '');
  const content = Buffer.concat([Buffer.from(start), body]);
  return verifySignature(null, content, key, Buffer.from(signature, 'base64'));
}

const stripe = new Stripe('sk_test_unused');

test('X-Webhook-Signature is accepted by the stripe library', async () => {
  const secret = newSecret();
  const { id, endpoint } = await subscribe({ secret, timestamped_signature: true });
  await ingest(id, { body: '{"paid":"12,50 €"}' });
  const [request] = await endpoint.received(1, patienceMs);
  const header = request!.headers['x-webhook-signature']!;
  const construct = (body: Buffer, key: string) =>
    stripe.webhooks.constructEvent(body, header, key) as unknown;
  expect(construct(request!.body, secret)).toEqual({ paid: '12,50 €' });
  expect(() => construct(Buffer.from('{"paid":"99,50 €"}'), secret)).toThrow();
  expect(() => construct(request!.body, newSecret())).toThrow();
});

test('custom headers and credentials reach the receiver, and nobody reads them back', async () => {
  const { id, endpoint } = await subscribe({
    custom_headers: { 'X-Api-Key': 's3cret-value', 'X-Tenant': 't3nant-value' },
    auth: { type: 'basic', username: 'user', password: 'p4ss-word: é' },
  });
  await ingest(id);
  const [request] = await endpoint.received(1, patienceMs);
  expect(request!.headers).toMatchObject({
    'x-api-key': 's3cret-value',
    'x-tenant': 't3nant-value',
    authorization: `Basic ${Buffer.from('user:p4ss-word: é').toString('base64')}`,
  });
  const { subscription } = await api.call('getSubscription', { id });
  expect(subscription).toMatchObject({
    custom_headers: { 'X-Api-Key': secretMask, 'X-Tenant': secretMask },
    auth: { type: 'basic', username: 'user', password: secretMask },
  });
  for (const reply of [
    await api.ask('getSubscription', { id }),
    await api.ask('updateSubscription', { id, body: { name: 'again' } }),
    await api.ask('listSubscriptionDeliveries', { id }),
  ]) {
    expect(reply.text).not.toMatch(/s3cret-value|t3nant-value|p4ss-word/);
  }
});

const text = '{ "signed" : "é" }';
const seconds = () => Math.floor(Date.now() / 1_000);
const hmac = (key: string, content: string) => createHmac('sha256', key).update(content);

type Scheme = 'github' | 'shopify' | 'slack' | 'stripe';
type Sign = (secret: string, at: number) => Promise<Record<string, string>>;

/** By the senders' own libraries where they have one, else as their documentation says. */
const senders: [Scheme, Sign][] = [
  ['github', async (secret) => ({ 'x-hub-signature-256': await sign(secret, text) })],
  [
    'stripe',
    async (secret, timestamp) => ({
      'stripe-signature': await stripe.webhooks.generateTestHeaderStringAsync({
        payload: text,
        secret,
        timestamp,
      }),
    }),
  ],
  [
    'slack',
    async (secret, at) => ({
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${hmac(secret, `v0:${at}:${text}`).digest('hex')}`,
    }),
  ],
  ['shopify', async (secret) => ({ 'x-shopify-hmac-sha256': hmac(secret, text).digest('base64') })],
];

describe('without an API key, an event', () => {
  test.each(senders)('is accepted as %s signs it, and in no other way', async (scheme, signed) => {
    const secret = 'the sender’s secret';
    const fields: SubscriptionFields = { secret: newSecret(), verification: { scheme, secret } };
    const { id, endpoint } = await subscribe(fields);
    const input = { id, key: null, body: text };
    const headers = await signed(secret, seconds());
    await ingest(id, { ...input, headers });
    const [request] = await endpoint.received(1, patienceMs);
    expect(request!.body.toString()).toBe(text);

    await api.refused('signature-invalid', 'ingest', { ...input, headers, body: `${text} ` });
    const forged = await signed('another secret', seconds());
    await api.refused('signature-invalid', 'ingest', { ...input, headers: forged });
    const none = target.ADMIN_KEY === undefined ? 'signature-missing' : 'unauthenticated';
    await api.refused(none, 'ingest', input);
    if (scheme === 'stripe' || scheme === 'slack') {
      const old = await signed(secret, seconds() - 600);
      await api.refused('signature-expired', 'ingest', { ...input, headers: old });
    }
    const { subscription } = await api.call('getSubscription', { id });
    expect(subscription.verification).toEqual({ scheme, secret: secretMask });
  });
});
