// Well-known senders as they are: their headers, bodies and signatures, the questions that they ask first, and what of it
// all reaches the receiver. None of them has an API key.
import { createHmac, randomBytes } from 'node:crypto';
import { sign } from '@octokit/webhooks-methods';
import Stripe from 'stripe';
import { Webhook as Svix } from 'svix';
import { describe, expect, test } from 'vitest';
import type { SubscriptionFields } from '../../lambdas/contract/http/resources.ts';
import { secretMask } from '../../lambdas/contract/signing/secret-mask.ts';
import type { Received } from '../support/receiver.ts';
import { githubForm, isParsed } from '../support/contents.ts';
import {
  api,
  deliveryInStatus,
  ingest,
  newSecret,
  patienceMs,
  subscribe,
  target,
} from './setup.ts';

type Headers = Record<string, string>;
type Sent = {
  name: string;
  verification: (secret: string) => NonNullable<SubscriptionFields['verification']>;
  /** Of the event: as it is, and in headers that the receiver must get. */
  body: string;
  contentType: string;
  kept: Headers;
  /** By which it proves itself: none of it is the receiver's. */
  proof: (secret: string) => Headers | Promise<Headers>;
  type: string | null;
};

const seconds = () => Math.floor(Date.now() / 1_000);
const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text);
const push = '{"ref":"refs/heads/main","zen":"Half measures \\u00e9"}';
const order = '{"id":820982911946154508,"total_price":"19.90"}';

const github = (body: string, contentType: string): Sent => ({
  name: `GitHub (${contentType})`,
  verification: (secret) => ({ scheme: 'github', secret }),
  body,
  contentType,
  kept: {
    'x-github-event': 'pull_request',
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-github-hook-id': '292430182',
  },
  proof: async (secret) => ({ 'x-hub-signature-256': await sign(secret, body) }),
  type: 'pull_request',
});

const senders: Sent[] = [
  github(push, 'application/json'),
  github(githubForm, 'application/x-www-form-urlencoded'),
  {
    name: 'Shopify',
    verification: (secret) => ({ scheme: 'shopify', secret }),
    body: order,
    contentType: 'application/json',
    kept: {
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': 'a-shop.myshopify.com',
      'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      'x-shopify-event-id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
    },
    proof: (secret) => ({ 'x-shopify-hmac-sha256': hmac(secret, order).digest('base64') }),
    type: 'orders/create',
  },
  {
    name: 'Slack',
    verification: (secret) => ({ scheme: 'slack', secret }),
    body: '{"type":"event_callback","event_id":"Ev1"}',
    contentType: 'application/json',
    kept: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' },
    proof: (secret) => timed('slack', secret, '{"type":"event_callback","event_id":"Ev1"}'),
    type: null,
  },
  {
    name: 'Zoom',
    verification: (secret) => ({ scheme: 'zoom', secret }),
    body: '{"event":"meeting.started"}',
    contentType: 'application/json',
    kept: {},
    proof: (secret) => timed('zm', secret, '{"event":"meeting.started"}'),
    type: null,
  },
  {
    name: 'Svix',
    verification: (secret) => ({ scheme: 'standard', secret }),
    body: push,
    contentType: 'application/json',
    kept: {},
    proof: (secret) => svixHeaders(secret, push),
    type: null,
  },
  {
    name: 'Stripe',
    verification: (secret) => ({ scheme: 'stripe', secret }),
    body: order,
    contentType: 'application/json; charset=utf-8',
    kept: {},
    proof: (secret) => ({
      'stripe-signature': new Stripe('sk_test_unused').webhooks.generateTestHeaderString({
        payload: order,
        secret,
        timestamp: seconds(),
      }),
    }),
    type: null,
  },
  {
    name: 'Meta',
    verification: (secret) => ({ scheme: 'meta', secret, verify_token: 'a token' }),
    body: push,
    contentType: 'application/json',
    kept: {},
    proof: async (secret) => ({ 'x-hub-signature-256': await sign(secret, push) }),
    type: null,
  },
  {
    name: 'GitLab',
    verification: (secret) => ({ scheme: 'token', header: 'X-Gitlab-Token', secret }),
    body: push,
    contentType: 'application/json',
    kept: { 'x-gitlab-event': 'Push Hook', 'x-gitlab-event-uuid': '13792a34-cac6-4fda' },
    proof: (secret) => ({ 'x-gitlab-token': secret }),
    type: null,
  },
  {
    name: 'Telegram',
    verification: (secret) => ({
      scheme: 'token',
      header: 'X-Telegram-Bot-Api-Secret-Token',
      secret,
    }),
    body: '{"update_id":1}',
    contentType: 'application/json',
    kept: {},
    proof: (secret) => ({ 'x-telegram-bot-api-secret-token': secret }),
    type: null,
  },
  {
    name: 'Okta',
    verification: (secret) => ({ scheme: 'okta', header: 'Authorization', secret }),
    body: push,
    contentType: 'application/json',
    kept: {},
    proof: (secret) => ({ authorization: secret }),
    type: null,
  },
];

function timed(sender: 'slack' | 'zm', secret: string, body: string): Headers {
  const at = String(seconds());
  const signature = `v0=${hmac(secret, `v0:${at}:${body}`).digest('hex')}`;
  return { [`x-${sender}-request-timestamp`]: at, [`x-${sender}-signature`]: signature };
}

function svixHeaders(secret: string, body: string, id = `msg_${randomBytes(6).toString('hex')}`) {
  const at = new Date(seconds() * 1_000);
  const signature = new Svix(secret).sign(id, at, body);
  return { 'svix-id': id, 'svix-timestamp': String(seconds()), 'svix-signature': signature };
}

/** What must not be handed on: credentials and signatures of another connection. */
function strangers(request: Received, proof: Headers): string[] {
  return Object.entries(proof)
    .filter(([name, value]) => request.headers[name] === value)
    .map(([name]) => name);
}

const isPassedOn = (sent: Sent) => !(target.PARSES_BODIES && isParsed(sent));

describe.each(senders.filter(isPassedOn).map((sent) => [sent.name, sent] as const))(
  '%s',
  (_, sent) => {
    const { body, contentType, kept, type } = sent;

    test('posts without a key; bytes and what it says of them go on, with every attempt', async () => {
      const secret = newSecret();
      const { id, endpoint } = await subscribe(
        { verification: sent.verification(secret) },
        { status: 500 },
        { status: 200 },
      );
      const proof = await sent.proof(secret);
      const headers = { ...kept, ...proof, 'x-stranger': 'not known' };
      const delivery = await ingest(id, { key: null, body, contentType, headers });
      await deliveryInStatus(delivery, 'retrying');
      await api.call('retryDelivery', { id: delivery });
      const requests = await endpoint.received(2, patienceMs);
      for (const request of requests) {
        expect(request.body.toString()).toBe(body);
        expect(request.headers).toMatchObject({ ...kept, 'content-type': contentType });
        expect(request.headers['x-event-type']).toBe(type ?? undefined);
        expect(strangers(request, proof)).toEqual([]);
        expect(request.headers['x-stranger']).toBeUndefined();
      }
      const shown = await deliveryInStatus(delivery, 'delivered');
      expect(shown.delivery).toMatchObject({ event_type: type, sender_headers: kept });
    });

    test('is refused with another secret, and shown no secret', async () => {
      const secret = newSecret();
      const { id } = await subscribe({ verification: sent.verification(secret) });
      const headers = { ...kept, ...(await sent.proof(newSecret())) };
      const reply = await api.ask('ingest', { id, key: null, body, contentType, headers });
      expect(reply.status, reply.text).toBe(401);
      const { subscription } = await api.call('getSubscription', { id });
      expect(JSON.stringify(subscription)).not.toContain(secret);
      expect(subscription.verification).toMatchObject({ secret: secretMask });
    });
  },
);

describe('the type that a sender names in a header of its own', () => {
  const secret = 'the secret of a sender';
  const verification = { scheme: 'github', secret } as const;
  const body = '{"n":1}';
  const signed = async (headers: Headers) => ({
    'x-hub-signature-256': await sign(secret, body),
    ...headers,
  });

  test('is filtered by', async () => {
    const { id } = await subscribe({ event_types: ['push'], verification });
    const ask = async (event: string) =>
      api.call('ingest', {
        id,
        key: null,
        body,
        headers: await signed({ 'x-github-event': event }),
      });
    expect(await ask('issues')).toMatchObject({ status: 'rejected' });
    expect((await ask('push')).delivery_id).toBeDefined();
  });

  test('goes behind one that is given in our own way', async () => {
    const { id } = await subscribe({ event_types: ['ours'], verification });
    const headers = await signed({ 'x-github-event': 'push', 'x-event-type': 'ours' });
    await ingest(id, { key: null, body, headers });
  });

  test('counts for that sender alone, and must be a type', async () => {
    const { id } = await subscribe({ event_types: ['push'], verification });
    const foreign = await signed({ 'x-shopify-topic': 'orders/create' });
    await ingest(id, { key: null, body, headers: foreign });
    const headers = await signed({ 'x-github-event': 'two words' });
    const problem = await api.refused('invalid-request', 'ingest', {
      id,
      key: null,
      body,
      headers,
    });
    expect(problem.errors).toMatchObject([{ pointer: 'header/x-github-event' }]);
  });

  test('is left to the subscription where that sets the header itself', async () => {
    const custom_headers = { 'X-GitHub-Event': 'ours' };
    const { id, endpoint } = await subscribe({ verification, custom_headers });
    await ingest(id, { key: null, body, headers: await signed({ 'x-github-event': 'push' }) });
    const [request] = await endpoint.received(1, patienceMs);
    expect(request!.headers['x-github-event']).toBe('ours');
  });
});

describe('the two sets of headers of Standard Webhooks', () => {
  test('are never mixed, and name the same message', async () => {
    const secret = newSecret();
    const { id } = await subscribe({ verification: { scheme: 'standard', secret } });
    const svix = svixHeaders(secret, push, 'msg_1');
    const webhook = Object.fromEntries(
      Object.entries(svix).map(([name, value]) => [name.replace('svix', 'webhook'), value]),
    );
    const input = { id, key: null, body: push };
    const first = await ingest(id, { ...input, headers: svix });
    expect(await ingest(id, { ...input, headers: webhook })).toBe(first);
    const mixed = {
      ...svix,
      'webhook-id': 'msg_2',
      'svix-signature': webhook['webhook-signature']!,
    };
    expect(await ingest(id, { ...input, headers: mixed })).toBe(first);
    const halves = { ...svix, 'svix-id': '', 'webhook-id': 'msg_1' };
    await api.refused('signature-invalid', 'ingest', { ...input, headers: halves });
    const wrong = { ...svix, ...webhook, 'webhook-signature': 'v1,AAAA' };
    await api.refused('signature-invalid', 'ingest', { ...input, headers: wrong });
  });
});

describe('a handshake', () => {
  const secret = 'the secret of a sender';

  test('of Slack is answered with its challenge and is no event', async () => {
    const { id } = await subscribe({
      verification: { scheme: 'slack', secret },
      event_types: ['a'],
    });
    const body =
      '{"token":"t","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}';
    const headers = timed('slack', secret, body);
    const reply = await api.ask('ingest', { id, key: null, body, headers });
    expect(reply).toMatchObject({ status: 200, json: { challenge: JSON.parse(body).challenge } });
    await api.refused('signature-invalid', 'ingest', { id, key: null, body: `${body} `, headers });
    expect((await api.call('listSubscriptionDeliveries', { id })).deliveries).toEqual([]);
  });

  test('of Zoom is answered with what its token signs to, and signs no request', async () => {
    const { id } = await subscribe({ verification: { scheme: 'zoom', secret } });
    const ask = (plainToken: string) => {
      const body = JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken } });
      const headers = timed('zm', secret, body);
      return api.ask('ingest', { id, key: null, body, headers });
    };
    const encryptedToken = hmac(secret, 'qgg8vlvZRS6UYooatFL8Aw').digest('hex');
    expect(await ask('qgg8vlvZRS6UYooatFL8Aw')).toMatchObject({
      status: 200,
      json: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw', encryptedToken },
    });
    expect((await ask(`v0:${seconds()}:{}`)).text).not.toContain('encryptedToken');
  });

  test('of Zoom asks for a signature even of who has a key', async () => {
    const { id } = await subscribe({ verification: { scheme: 'zoom', secret } });
    const body = '{"event":"endpoint.url_validation","payload":{"plainToken":"x"}}';
    expect((await api.ask('ingest', { id, body })).text).not.toContain('encryptedToken');
  });

  test('of Meta is answered with its challenge, as text, where the token is ours', async () => {
    const verification = { scheme: 'meta', secret, verify_token: 'a verify token' } as const;
    const { id } = await subscribe({ verification });
    const ask = (token: string, mode = 'subscribe') => {
      const query = { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': '1158201444' };
      return api.ask('checkIngest', { id, key: null, query });
    };
    const reply = await ask('a verify token');
    expect(reply).toMatchObject({ status: 200, text: '1158201444' });
    expect(reply.headers['content-type']).toMatch(/^text\/plain/);
    const unknown = await api.ask('checkIngest', { id: 'sub_0000000000000000', key: null });
    for (const other of [await ask('another'), await ask('a verify token', 'unsubscribe')]) {
      expect(other.text).toBe(unknown.text);
    }
    const { subscription } = await api.call('getSubscription', { id });
    await api.call('updateSubscription', { id, body: { verification: subscription.verification } });
    expect((await ask('a verify token')).text).toBe('1158201444');
  });

  test('of Okta is answered with its challenge where the secret is there', async () => {
    const verification = { scheme: 'okta', header: 'Authorization', secret } as const;
    const { id } = await subscribe({ verification });
    const challenge = { 'x-okta-verification-challenge': 'V4nZpBqOAAUS6ZgDrQJJRBKDqOCqP5mK' };
    const ask = (authorization: string) =>
      api.ask('checkIngest', { id, key: null, headers: { ...challenge, authorization } });
    const verified = { verification: challenge['x-okta-verification-challenge'] };
    expect(await ask(secret)).toMatchObject({ status: 200, json: verified });
    expect((await ask('another secret')).json).not.toMatchObject(verified);
  });
});

describe('who looks whether something answers', () => {
  test('is told to post events, whether or not there is such a subscription', async () => {
    const { id } = await subscribe({
      verification: { scheme: 'token', header: 'X-T', secret: null },
    });
    const answers = [];
    for (const path of [id, 'sub_0000000000000000', 'nothing']) {
      const { message } = await api.call('checkIngest', {
        id: path,
        key: null,
        query: { any: 'x' },
      });
      const head = await api.request('HEAD', `/api/ingest/${path}`, { key: null });
      answers.push([message, head.status, head.text]);
    }
    expect(answers).toEqual(Array.from({ length: 3 }, () => ['POST events here', 200, '']));
  });
});
