// Ingest as a caller sees it: credentials, headers and answers. What is accepted is checked where it is delivered.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { CallInput, Service, ServiceOptions } from '../../support/service.ts';
import { createService } from '../../support/service.ts';

async function setup(fields: object = {}, options: ServiceOptions = {}) {
  const service = createService(options);
  const admin = await service.addKey(['admin']);
  const { json } = await service.call('createSubscription', {
    key: admin,
    body: { target_url: 'https://receiver.example.com/', ...fields },
  });
  const { id } = json['subscription'] as { id: string };
  const publish = (input: Omit<CallInput, 'id'> = {}) =>
    service.call('ingest', { id, body: { a: 1 }, ...input });
  return { service, admin, id, publish };
}

async function eventTypeOf(service: Service, delivery: unknown): Promise<unknown> {
  const { json } = await service.call('getDelivery', { id: String(delivery) });
  return (json['delivery'] as { event_type: unknown }).event_type;
}

const closed = { settings: { API_AUTH: 'on' } };
const signedWith = (secret: string) => {
  const digest = createHmac('sha256', secret).update('{"a":1}').digest('hex');
  return { headers: { 'X-Hub-Signature-256': `sha256=${digest}` } };
};
const signed = signedWith('a secret of some length');

describe('an event', () => {
  test('is accepted', async () => {
    const { publish } = await setup();
    expect(await publish()).toMatchObject({
      status: 202,
      json: {
        message: 'Webhook accepted for delivery',
        delivery_id: expect.stringMatching(/^dlv_/) as string,
      },
    });
  });

  test('that the subscription does not want is told so', async () => {
    const { service, publish } = await setup({ event_types: ['order.*'] });
    const answer = await publish({ query: 'event_type=user.created' });
    expect(answer.status).toBe(202);
    expect(answer.json).toEqual({
      message: 'Subscription does not accept events of type: user.created',
      status: 'rejected',
    });
    const { json } = await service.call('listDeliveries');
    expect(json['deliveries']).toEqual([]);
  });

  test('without a type is for the deployment to judge', async () => {
    const fields = { event_types: ['order.*'] };
    expect((await (await setup(fields)).publish()).json).toHaveProperty('delivery_id');
    const strict = await setup(fields, { settings: { UNTYPED_EVENTS: 'reject' } });
    expect((await strict.publish()).json).toEqual({
      message: 'Subscription does not accept events without a type',
      status: 'rejected',
    });
  });

  test.each([
    [{ headers: { 'X-Event-Type': 'from.header' }, query: 'event_type=from.query' }, 'from.header'],
    [{ headers: { 'X-Event-Type': '' }, query: 'event_type=from.query' }, 'from.query'],
    [{ query: 'event_type=' }, null],
  ])('has the type of the header before that of the query: %j', async (input, type) => {
    const { service, publish } = await setup();
    const { json } = await publish(input);
    expect(await eventTypeOf(service, json['delivery_id'])).toBe(type);
  });

  test('with an Idempotency-Key is accepted once', async () => {
    const { publish } = await setup();
    const headers = { 'Idempotency-Key': 'once' };
    const first = await publish({ headers });
    expect((await publish({ headers })).json).toEqual(first.json);
    expect(await publish({ headers, body: { a: 2 } })).toMatchObject({
      status: 409,
      json: { code: 'idempotency-key-reused' },
    });
  });
});

describe('on one’s own machine', () => {
  test('a subscription with a secret wants its signature', async () => {
    const { publish } = await setup({ secret: 'a secret of some length' });
    expect(await publish()).toMatchObject({
      status: 401,
      json: { error: 'Missing signature header', code: 'signature-missing' },
    });
    expect(await publish({ headers: { 'X-Hub-Signature-256': 'sha256=00' } })).toMatchObject({
      status: 401,
      json: { error: 'Invalid signature', code: 'signature-invalid' },
    });
    expect(await publish(signed)).toMatchObject({ status: 202 });
  });
});

describe('with authentication', () => {
  test('a signature is enough, and no key is needed', async () => {
    const { publish } = await setup({ secret: 'a secret of some length' }, closed);
    expect(await publish(signed)).toMatchObject({ status: 202 });
    expect(await publish({ ...signed, body: { a: 2 } })).toMatchObject({ status: 401 });
    expect(await publish()).toMatchObject({ status: 401 });
  });

  test('a key is enough, and no signature is needed', async () => {
    const { service, publish } = await setup({ secret: 'a secret of some length' }, closed);
    const key = await service.addKey(['publish']);
    expect(await publish({ key })).toMatchObject({ status: 202 });
    const headers = { 'X-Hub-Signature-256': 'sha256=00' };
    expect(await publish({ key, headers })).toMatchObject({ status: 401 });
  });

  test('a secret that could be guessed opens nothing by itself', async () => {
    const { publish } = await setup({ secret: 'fifteen letters' }, closed);
    const right = await publish(signedWith('fifteen letters'));
    expect(right).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
    expect(right.json['error']).toContain('shorter than 16 characters');
    const wrong = await publish(signedWith('another'));
    expect(wrong).toMatchObject({ status: 401, json: { code: 'signature-invalid' } });
  });

  test('a signature proves nothing where there is no secret', async () => {
    const { publish } = await setup({}, closed);
    expect(await publish(signed)).toMatchObject({
      status: 401,
      json: { code: 'signature-invalid' },
    });
  });

  test('without credentials nobody learns which subscriptions there are', async () => {
    const { service, publish } = await setup({ secret: 'a secret of some length' }, closed);
    const there = await publish();
    const nowhere = await service.call('ingest', { id: 'sub_0123456789abcdef', body: { a: 1 } });
    expect(nowhere.text).toBe(there.text);
    const wrong = { 'x-hub-signature-256': 'sha256=00' };
    const known = await publish({ headers: wrong });
    const unknown = { id: 'sub_0123456789abcdef', body: { a: 1 }, headers: wrong };
    expect((await service.call('ingest', unknown)).text).toBe(known.text);
  });
});
