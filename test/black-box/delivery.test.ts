// What subscribers receive, checked with the libraries that they use, and what the log keeps of it.
import { verify } from '@octokit/webhooks-methods';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, test } from 'vitest';
import type { Received } from '../support/receiver.ts';
import { api, deliveryInStatus, ingest, newSecret, patienceMs, subscribe } from './setup.ts';

const body = '{"invoice":"in_1","total":"12,50 €"}\r\n';
const headers = { 'x-event-type': 'invoice.paid' };

async function receivedWith(secret: string): Promise<Received> {
  const { id, endpoint } = await subscribe({ secret });
  await api.call('testSubscription', { id, body: { payload: { price: '12,50 €' } } });
  const [request] = await endpoint.received(1, patienceMs);
  return request!;
}

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[Math.floor(copy.length / 2)]! ^= 1;
  return copy;
}

describe('the signature', () => {
  test('is accepted by standardwebhooks and by svix, and no flipped byte is', async () => {
    const secret = newSecret();
    const request = await receivedWith(secret);
    const verifiers = [new StandardWebhook(secret), new SvixWebhook(secret)];
    for (const verifier of verifiers) {
      verifier.verify(request.body, request.headers);
      expect(() => verifier.verify(flipped(request.body), request.headers)).toThrow();
      const later = { ...request.headers, 'webhook-id': `${request.headers['webhook-id']}x` };
      expect(() => verifier.verify(request.body, later)).toThrow();
    }
    expect(() => new StandardWebhook(newSecret()).verify(request.body, request.headers)).toThrow();
  });

  test('of a secret in plain text is accepted by standardwebhooks too', async () => {
    const secret = 'just some words';
    const request = await receivedWith(secret);
    new StandardWebhook(secret, { format: 'raw' }).verify(request.body, request.headers);
  });

  test('is accepted by @octokit/webhooks-methods', async () => {
    const secret = 'just some words';
    const request = await receivedWith(secret);
    const signature = request.headers['x-hub-signature-256']!;
    expect(await verify(secret, request.body.toString(), signature)).toBe(true);
    expect(await verify(secret, flipped(request.body).toString(), signature)).toBe(false);
  });

  test('is absent without a secret', async () => {
    const { id, endpoint } = await subscribe();
    await ingest(id);
    const [request] = await endpoint.received(1, patienceMs);
    expect(request!.headers).not.toHaveProperty('webhook-signature');
    expect(request!.headers).not.toHaveProperty('x-hub-signature-256');
  });
});

test('the request carries the seed’s headers and Standard Webhooks’', async () => {
  const { id, endpoint } = await subscribe();
  const type = 'application/json; charset=utf-8';
  const delivery = await ingest(id, { body, headers: { ...headers, 'content-type': type } });
  const [request] = await endpoint.received(1, patienceMs);
  expect(request).toMatchObject({
    method: 'POST',
    headers: {
      'content-type': type,
      'content-length': String(Buffer.byteLength(body)),
      accept: '*/*',
      'user-agent': 'Webhook-Delivery-Service/1.0',
      'webhook-id': delivery,
      'x-webhook-id': delivery,
      'x-webhook-attempt': '1',
      'x-event-type': 'invoice.paid',
    },
  });
  const sentAt = Number(request!.headers['webhook-timestamp']) * 1_000;
  expect(Math.abs(sentAt - request!.at)).toBeLessThan(60_000);
  expect(request!.headers).not.toHaveProperty('authorization');
});

test('an event without a type has no type header', async () => {
  const { id, endpoint } = await subscribe();
  const delivery = await ingest(id);
  const [request] = await endpoint.received(1, patienceMs);
  expect(request!.headers).not.toHaveProperty('x-event-type');
  expect((await deliveryInStatus(delivery, 'delivered')).delivery.event_type).toBeNull();
});

test('a delivered event is shown with its payload and its attempt', async () => {
  const answer = { status: 201, body: 'thanks' };
  const { id, endpoint } = await subscribe({}, answer);
  const before = Date.now();
  const delivery_id = await ingest(id, { body, headers });
  const shown = await deliveryInStatus(delivery_id, 'delivered');
  expect(shown.delivery).toMatchObject({
    id: delivery_id,
    subscription_id: id,
    event_type: 'invoice.paid',
    status: 'delivered',
    reason: null,
    attempt_count: 1,
    next_attempt_at: null,
    content_type: 'application/json',
    payload: JSON.parse(body),
    payload_raw: body,
  });
  const { created_at, completed_at } = shown.delivery;
  expect(Date.parse(completed_at!)).toBeGreaterThanOrEqual(Date.parse(created_at));
  expect(Math.abs(Date.parse(created_at) - before)).toBeLessThan(60_000);
  expect(shown.attempts).toEqual([
    expect.objectContaining({
      delivery_id,
      subscription_id: id,
      attempt_number: 1,
      status: 'success',
      outcome: 'success',
      status_code: 201,
      error_code: null,
      error_details: null,
      response_body: 'thanks',
      target_url: endpoint.url,
    }),
  ]);
});

test('of a long answer the first 1,000 characters are kept', async () => {
  const { id } = await subscribe({}, { body: 'é'.repeat(5_000) });
  const { attempts } = await deliveryInStatus(await ingest(id), 'delivered');
  expect(attempts[0]!.response_body).toBe(`${'é'.repeat(1_000)}... [truncated]`);
});

test('a test event goes the real way, whatever the filter', async () => {
  const secret = newSecret();
  const { id, endpoint } = await subscribe({ secret, event_types: ['order.created'] });
  const { delivery_id } = await api.call('testSubscription', { id });
  const [request] = await endpoint.received(1, patienceMs);
  new StandardWebhook(secret).verify(request!.body, request!.headers);
  expect(request!.headers['x-webhook-id']).toBe(delivery_id);
  await deliveryInStatus(delivery_id, 'delivered');

  const sample = { event_type: 'order.created', payload: { order: 7 } };
  await api.call('testSubscription', { id, body: sample });
  const [, second] = await endpoint.received(2, patienceMs);
  expect(second!.headers['x-event-type']).toBe('order.created');
  expect(JSON.parse(second!.body.toString())).toEqual({ order: 7 });
});
