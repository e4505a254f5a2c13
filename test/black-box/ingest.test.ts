// Ingest: what is accepted, what is refused, and that an accepted body arrives byte for byte.
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { api, deliveryInStatus, ingest, patienceMs, subscribe, target } from './setup.ts';

/** Duplicate keys, escapes, numbers that no parser keeps, CRLF, non-ASCII, trailing spaces. */
export const oddBytes = Buffer.from(
  '{"b":1,"a":2,"a":3,"e":"é\\u00e9 \\/ 😀","n":1.0e+2,"big":12345678901234567890}\r\n \t  ',
);

test('odd bytes arrive as they were sent', async () => {
  const secret = 'plain text, not base64';
  const { id, endpoint } = await subscribe({ secret });
  const signature = `sha256=${createHmac('sha256', secret).update(oddBytes).digest('hex')}`;
  const headers = { 'x-hub-signature-256': signature };
  const delivery = await ingest(id, { body: oddBytes, headers });
  const [request] = await endpoint.received(1, patienceMs);
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  expect(digest(request!.body)).toBe(digest(oddBytes));
  expect(request!.headers['x-hub-signature-256']).toBe(signature);
  const shown = await deliveryInStatus(delivery, 'delivered');
  expect(shown.delivery.payload_raw).toBe(oddBytes.toString());
});

test.each(['{}', '[]', '0', 'false', '""', 'null', ' {} ', '{"a":[1,2,{"b":null}]}'])(
  'accepts %s',
  async (body) => {
    const { id, endpoint } = await subscribe();
    const delivery = await ingest(id, { body });
    const [request] = await endpoint.received(1, patienceMs);
    expect(request!.body.toString()).toBe(body);
    const shown = await deliveryInStatus(delivery, 'delivered');
    expect(shown.delivery.payload).toEqual(JSON.parse(body));
  },
);

test('answers in the seed’s words', async () => {
  const { id } = await subscribe();
  const answer = await api.call('ingest', { id, body: { n: 1 } });
  expect(answer).toEqual({
    message: 'Webhook accepted for delivery',
    delivery_id: expect.stringMatching(/^dlv_[^.]+$/),
  });
});

test('accepts a body of exactly the limit and refuses one byte more', async () => {
  const { id, endpoint } = await subscribe();
  const largest = Buffer.alloc(target.MAX_BODY_BYTES, 'x');
  largest[0] = 0x22;
  largest[largest.length - 1] = 0x22;
  await ingest(id, { body: largest });
  const [request] = await endpoint.received(1, patienceMs);
  expect(request!.body.equals(largest)).toBe(true);
  const body = Buffer.concat([largest, Buffer.from(' ')]);
  await api.refused('payload-too-large', 'ingest', { id, body });
});

test('refuses what is no event', async () => {
  const { id } = await subscribe();
  const missing = await api.refused('payload-missing', 'ingest', { id });
  expect(missing.error).toBe('No payload provided');
  await api.refused('malformed-json', 'ingest', { id, body: '{"a":' });
  await api.refused('malformed-json', 'ingest', { id, body: Buffer.from([0x22, 0xff, 0x22]) });
  await api.refused('payload-missing', 'ingest', { id, body: '', contentType: 'text/plain' });
  await api.refused('invalid-request', 'ingest', { id, body: 'a=1', contentType: 'form' });
  await api.refused('invalid-request', 'ingest', {
    id,
    body: {},
    query: { event_type: 'no way!' },
  });
});

test('knows no subscription that is not there', async () => {
  await api.refused('not-found', 'ingest', { id: 'sub_0000000000000000', body: {} });
  await api.refused('not-found', 'ingest', { id: '1', body: {} });
});

describe('the event type', () => {
  test('comes from the header or the query; the header wins', async () => {
    const { id, endpoint } = await subscribe();
    const headers = { 'x-event-type': 'from.header' };
    const query = { event_type: 'from.query' };
    const both = await ingest(id, { headers, query });
    const one = await ingest(id, { query });
    await endpoint.received(2, patienceMs);
    const typeOf = (delivery: string) =>
      endpoint.requests.find((request) => request.headers['x-webhook-id'] === delivery)?.headers[
        'x-event-type'
      ];
    expect([typeOf(both), typeOf(one)]).toEqual(['from.header', 'from.query']);
    expect((await deliveryInStatus(both, 'delivered')).delivery.event_type).toBe('from.header');
  });

  test.each([
    { event_types: ['order.created'], sent: 'order.created', taken: true },
    { event_types: ['order.created'], sent: 'order.updated', taken: false },
    { event_types: ['order.*'], sent: 'order.line.added', taken: true },
    { event_types: ['order.*'], sent: 'orders.created', taken: false },
    { event_types: ['*'], sent: 'anything', taken: true },
    { event_types: ['a', 'b.*'], sent: 'b.c', taken: true },
    { event_types: [], sent: 'anything', taken: true },
    { event_types: ['order.created'], sent: undefined, taken: true },
  ])('$sent to $event_types: taken $taken', async ({ event_types, sent, taken }) => {
    const { id } = await subscribe({ event_types });
    const headers: Record<string, string> = sent === undefined ? {} : { 'x-event-type': sent };
    const answer = await api.call('ingest', { id, body: {}, headers });
    if (taken) return expect(answer.delivery_id).toBeDefined();
    expect(answer).toEqual({
      message: `Subscription does not accept events of type: ${sent}`,
      status: 'rejected',
    });
    const { deliveries } = await api.call('listSubscriptionDeliveries', { id });
    expect(deliveries).toEqual([]);
  });
});

describe('the inbound signature', () => {
  const secret = 'it is a secret of some length';
  const body = '{ "signed" : "é" }';
  const right = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const wrong = `sha256=${createHmac('sha256', 'another').update(body).digest('hex')}`;
  const authIsOn = target.ADMIN_KEY !== undefined;

  test('is enough without an API key', async () => {
    const { id, endpoint } = await subscribe({ secret });
    await ingest(id, { body, key: null, headers: { 'x-hub-signature-256': right } });
    await endpoint.received(1, patienceMs);
  });

  test('is checked over the raw bytes, with or without a key', async () => {
    const { id } = await subscribe({ secret });
    for (const key of [null, undefined]) {
      const input = { id, body, ...(key === null ? { key } : {}) };
      for (const signature of [wrong, right.slice(0, -2), 'sha256=', 'md5=00']) {
        const headers = { 'x-hub-signature-256': signature };
        const refusal = await api.refused('signature-invalid', 'ingest', { ...input, headers });
        expect(refusal.error).toBe('Invalid signature');
      }
      const headers = { 'x-hub-signature-256': right };
      await api.refused('signature-invalid', 'ingest', { ...input, body: `${body} `, headers });
    }
  });

  test.skipIf(authIsOn)('is required of a subscription with a secret', async () => {
    const { id } = await subscribe({ secret });
    const refusal = await api.refused('signature-missing', 'ingest', { id, body });
    expect(refusal.error).toBe('Missing signature header');
  });

  test.runIf(authIsOn)('or a key is required', async () => {
    const { id } = await subscribe({ secret });
    await api.refused('unauthenticated', 'ingest', { id, body, key: null });
    const { id: unsigned } = await subscribe();
    await api.refused('unauthenticated', 'ingest', { id: unsigned, body, key: null });
    // With a signature nobody is told whether there is such a subscription.
    const headers = { 'x-hub-signature-256': right };
    for (const unknown of [unsigned, 'sub_0000000000000000']) {
      const input = { id: unknown, body, key: null, headers };
      await api.refused('signature-invalid', 'ingest', input);
    }
  });
});

describe('the Idempotency-Key', () => {
  test('makes repeated requests one delivery', async () => {
    const { id, endpoint } = await subscribe();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await ingest(id, { headers });
    expect(await ingest(id, { headers })).toBe(first);
    await deliveryInStatus(first, 'delivered');
    expect(await ingest(id, { headers })).toBe(first);
    expect(endpoint.requests).toHaveLength(1);
  });

  test('makes twenty at once one delivery', async () => {
    const { id } = await subscribe();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const made = await Promise.all(Array.from({ length: 20 }, () => ingest(id, { headers })));
    expect(new Set(made).size).toBe(1);
    const { attempts } = await deliveryInStatus(made[0]!, 'delivered');
    expect(attempts).toHaveLength(1);
    const { deliveries } = await api.call('listSubscriptionDeliveries', { id });
    expect(deliveries).toHaveLength(1);
  });

  test('refuses another request under the same key', async () => {
    const { id } = await subscribe();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    await ingest(id, { headers, body: '{"n":1}' });
    for (const other of [
      { body: '{"n": 1}' },
      { body: '{"n":1}', query: { event_type: 'another' } },
    ]) {
      await api.refused('idempotency-key-reused', 'ingest', { id, headers, ...other });
    }
  });

  test('belongs to its subscription', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const [one, other] = [await subscribe(), await subscribe()];
    expect(await ingest(one.id, { headers })).not.toBe(await ingest(other.id, { headers }));
  });
});
