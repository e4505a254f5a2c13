// Payloads of any type: what was sent arrives, at every attempt, with the same bytes and the same description of them.
import { createHash, createHmac } from 'node:crypto';
import { sign, verify } from '@octokit/webhooks-methods';
import { describe, expect, test } from 'vitest';
import type { Output } from '../support/api.ts';
import { expectProblem } from '../support/api.ts';
import type { Sent } from '../support/contents.ts';
import { contents, githubForm, isParsed, noText, untyped } from '../support/contents.ts';
import type { Received } from '../support/receiver.ts';
import {
  api,
  deliveryInStatus,
  ingest,
  newSecret,
  patienceMs,
  subscribe,
  target,
} from './setup.ts';

const secret = 'a secret in plain text';

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const signatureOf = (bytes: Uint8Array) =>
  `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`;

function inputOf({ contentType, contentEncoding, body }: Sent) {
  return {
    body,
    contentType,
    headers: {
      'x-hub-signature-256': signatureOf(body),
      ...(contentEncoding !== undefined && { 'content-encoding': contentEncoding }),
    },
  };
}

function expectSame(request: Received | undefined, sent: Sent): void {
  const { headers, body } = request!;
  expect({ length: body.length, digest: digest(body) }).toEqual({
    length: sent.body.length,
    digest: digest(sent.body),
  });
  expect(headers['content-type']).toBe(sent.contentType ?? 'application/octet-stream');
  expect(headers['content-encoding']).toBe(sent.contentEncoding);
  expect(headers['content-length']).toBe(String(sent.body.length));
  expect(headers['x-hub-signature-256']).toBe(signatureOf(sent.body));
}

function expectShown({ delivery }: Output<'getDelivery'>, sent: Sent): void {
  const { payload, payload_raw: raw, payload_encoding: encoding } = delivery;
  expect(delivery.content_type).toBe(sent.contentType ?? 'application/octet-stream');
  expect(delivery.content_encoding).toBe(sent.contentEncoding ?? null);
  const bytes = Buffer.from(raw, encoding === 'base64' ? 'base64' : 'utf8');
  expect(digest(bytes)).toBe(digest(sent.body));
  const text = sent.body.toString();
  expect(encoding).toBe(Buffer.from(text).equals(sent.body) ? 'utf-8' : 'base64');
  const isJson = /[/+]json(;|$)/.test(sent.contentType ?? '') && sent.contentEncoding !== 'gzip';
  expect(payload).toEqual(isJson ? JSON.parse(text) : null);
}

/** Tried, tried again, and sent once more by a person. */
async function expectDelivered(sent: Sent): Promise<void> {
  const fields = { secret, retry_schedule: [1] };
  const { id, endpoint } = await subscribe(fields, { status: 500 }, {});
  const delivery = await ingest(id, inputOf(sent));
  await endpoint.received(2, patienceMs);
  expectShown(await deliveryInStatus(delivery, 'delivered'), sent);
  await api.call('retryDelivery', { id: delivery });
  await endpoint.received(3, patienceMs);
  for (const request of endpoint.requests) expectSame(request, sent);
  expectShown(await deliveryInStatus(delivery, 'delivered'), sent);
}

const isPassedOn = (sent: Sent) => !(target.PARSES_BODIES && isParsed(sent));

test.each(contents.filter(isPassedOn))(
  '$name arrives as it was sent, whenever it is sent',
  expectDelivered,
);

test.each([...noText, untyped].filter(isPassedOn))(
  '$name arrives as it was sent, or is refused',
  async (sent) => {
    const { id } = await subscribe({ secret });
    const reply = await api.ask('ingest', { id, ...inputOf(sent) });
    if (reply.status === 202) return expectDelivered(sent);
    const problem = expectProblem(reply, 'invalid-request');
    expect(problem.errors).toMatchObject([{ pointer: 'header/content-type' }]);
  },
);

describe.skipIf(target.PARSES_BODIES)('a webhook of GitHub as a form', () => {
  const contentType = 'application/x-www-form-urlencoded';

  test('is accepted by its signature, and handed on signed anew', async () => {
    const inbound = newSecret();
    const verification = { scheme: 'github' as const, secret: inbound };
    const { id, endpoint } = await subscribe({ secret, verification });
    const headers = { 'x-hub-signature-256': await sign(inbound, githubForm) };
    await ingest(id, { body: githubForm, contentType, headers, key: null });
    const [request] = await endpoint.received(1, patienceMs);
    const signature = request!.headers['x-hub-signature-256']!;
    expect(await verify(secret, request!.body.toString(), signature)).toBe(true);
    expect(new URLSearchParams(request!.body.toString()).get('payload')).toContain('"zen"');
    expect(request!.headers['content-type']).toBe(contentType);
  });

  test('is refused where a byte of it was changed', async () => {
    const { id } = await subscribe({ secret });
    const headers = { 'x-hub-signature-256': await sign(secret, githubForm) };
    const body = githubForm.replace('%20', '+');
    const input = { id, body, contentType, headers, key: null };
    await api.refused('signature-invalid', 'ingest', input);
  });
});

test('the type and the encoding are part of what an Idempotency-Key stands for', async () => {
  const { id } = await subscribe();
  const key = { 'idempotency-key': crypto.randomUUID() };
  const input = { id, body: 'a=1', contentType: 'text/plain', headers: key };
  await ingest(id, input);
  await ingest(id, input);
  const other = { ...input, contentType: 'text/csv' };
  await api.refused('idempotency-key-reused', 'ingest', other);
  const encoded = { ...input, headers: { ...key, 'content-encoding': 'identity' } };
  await api.refused('idempotency-key-reused', 'ingest', encoded);
});

test('management takes JSON alone, and text/json is JSON', async () => {
  const { id } = await subscribe();
  const body = '{"name":"renamed"}';
  await api.call('updateSubscription', { id, body, contentType: 'text/json' });
  for (const contentType of ['text/plain', 'application/x-www-form-urlencoded']) {
    await api.refused('unsupported-media-type', 'updateSubscription', { id, body, contentType });
  }
});

test('a test event may have any type and any bytes', async () => {
  const { id, endpoint } = await subscribe();
  const bytes = Buffer.of(0, 0xff, 0x0d, 0x0a);
  const binary = {
    payload_raw: bytes.toString('base64'),
    payload_encoding: 'base64',
    content_type: 'image/png',
  };
  await api.call('testSubscription', { id, body: binary });
  const [first] = await endpoint.received(1, patienceMs);
  expect(first!.body.equals(bytes)).toBe(true);
  expect(first!.headers['content-type']).toBe('image/png');
  const written = '{"price":1.10, "id":12345678901234567890}';
  await api.call('testSubscription', { id, body: { payload_raw: written } });
  const [, second] = await endpoint.received(2, patienceMs);
  expect(second!.body.toString()).toBe(written);
  expect(second!.headers['content-type']).toBe('application/json');
  const body = `{ "payload": ${written} ,"event_type":"a"}`;
  const headers = { 'content-type': 'application/json' };
  await api.request('POST', `/api/subscriptions/${id}/test`, { body, headers });
  const [, , third] = await endpoint.received(3, patienceMs);
  expect(third!.body.toString()).toBe(written);
});

test.each([
  ['malformed-json', { payload_raw: 'a=1' }],
  ['payload-missing', { payload_raw: '' }],
  ['invalid-request', { payload_raw: 'not base64', payload_encoding: 'base64' }],
  ['invalid-request', { payload_raw: '{}', payload_encoding: 'latin1' }],
  ['invalid-request', { payload_raw: '{}', payload: {} }],
  ['invalid-request', { payload_raw: 'a', content_type: 'text/plain\r\nX-Injected: 1' }],
] as const)('a test event is refused as %s: %j', async (code, body) => {
  const { id } = await subscribe();
  await api.refused(code, 'testSubscription', { id, body });
});
