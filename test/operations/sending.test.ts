import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import type { SendRequest } from '../../lambdas/core/deliveries/send-result.ts';
import { rotateSecret } from '../../lambdas/core/signing/secrets.ts';
import { signingKeyFrom } from '../../lambdas/core/signing/signing-key.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import { createDelivering } from '../support/delivering.ts';
import { aResponse, anError } from '../support/send-results.ts';

const hour = 3_600_000;
const oldSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const newSecret = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

/** The verifiers only know the real time; every request is checked as if it had just come. */
function accepts(secret: string, { headers, body }: SendRequest): boolean {
  const webhook = new Webhook(secret);
  const [id = '', at = ''] = [headers['webhook-id'], headers['webhook-timestamp']];
  const expected = webhook.sign(id, new Date(Number(at) * 1_000), new TextDecoder().decode(body));
  return (headers['webhook-signature'] ?? '').split(' ').includes(expected);
}

describe('a request', () => {
  it('is signed with every secret that is active at that attempt', async () => {
    const { subscribe, publish, settle, world, ports, clock, sent } = createDelivering();
    world.endpoint = () => aResponse({ statusCode: 500, durationMs: 0 });
    const subscription = await subscribe({ secret: oldSecret, retrySchedule: [60, 2 * 3_600] });
    const rotated: Subscription = {
      ...subscription,
      ...rotateSecret(subscription, { secret: newSecret, overlapMs: hour, now: clock.now() }),
      version: 2,
    };
    world.endpoint = async (_, count) => {
      if (count === 1) await ports.subscriptions.replace(subscription, rotated);
      return aResponse({ statusCode: 500, durationMs: 0 });
    };
    await publish(subscription);
    await settle();
    expect(
      sent.map((request) => [oldSecret, newSecret].map((key) => accepts(key, request))),
    ).toEqual([
      [true, false], // before the rotation
      [true, true], // during its overlap
      [false, true], // after it
    ]);
    const hub = sent.map(({ headers }) => headers['X-Hub-Signature-256']);
    expect(hub[1]).toBe(hub[2]);
    expect(hub[0]).not.toBe(hub[1]);
  });

  it('has the signature in Stripe’s form if requested', async () => {
    const { subscribe, publish, settle, sent } = createDelivering();
    await publish(await subscribe({ secret: 'a', timestampedSignature: true }));
    await publish(await subscribe({ secret: 'a' }));
    await settle();
    const [asked, other] = sent.toSorted((a) => (a.headers['X-Webhook-Signature'] ? -1 : 1));
    const { webhooks } = new Stripe('sk_test_unused');
    const body = new TextDecoder().decode(asked?.body);
    const header = asked?.headers['X-Webhook-Signature'] ?? '';
    const at = Number(asked?.headers['webhook-timestamp']) * 1_000;
    expect(webhooks.constructEvent(body, header, 'a', 300, undefined, at)).toEqual({ a: 1 });
    expect(other?.headers).not.toHaveProperty('X-Webhook-Signature');
  });

  it('has no HMAC made with a signing key', async () => {
    const { subscribe, publish, settle, sent } = createDelivering();
    const secret = signingKeyFrom(new Uint8Array(32));
    await publish(await subscribe({ secret, timestampedSignature: true }));
    await settle();
    expect(sent[0]?.headers['webhook-signature']).toMatch(/^v1a,\S+$/);
    expect(Object.keys(sent[0]?.headers ?? {})).not.toContain('X-Hub-Signature-256');
    expect(Object.keys(sent[0]?.headers ?? {})).not.toContain('X-Webhook-Signature');
  });

  it('carries custom headers, and none of them replaces the service’s own', async () => {
    const { subscribe, publish, settle, sent } = createDelivering();
    const customHeaders = { 'X-Api-Key': 'k', 'X-Webhook-Attempt': '7' };
    await publish(await subscribe({ customHeaders }));
    await settle();
    expect(sent[0]?.headers).toMatchObject({ 'X-Api-Key': 'k', 'X-Webhook-Attempt': '1' });
  });

  it('accepts anything and names the service, unless custom headers say otherwise', async () => {
    const { subscribe, publish, settle, sent } = createDelivering();
    for (const customHeaders of [{}, { accept: 'application/json', 'user-agent': 'ours/2' }]) {
      await publish(await subscribe({ customHeaders }));
      await settle();
    }
    const general = sent.map(({ headers }) =>
      Object.entries(headers).filter(([name]) => /^(accept|user-agent)$/i.test(name)),
    );
    expect(general).toEqual([
      [
        ['Accept', '*/*'],
        ['User-Agent', 'Webhook-Delivery-Service/1.0'],
      ],
      [
        ['accept', 'application/json'],
        ['user-agent', 'ours/2'],
      ],
    ]);
  });

  it('carries credentials in a header of any name', async () => {
    const { subscribe, publish, settle, sent } = createDelivering();
    for (const [name, value] of [
      ['Authorization', 'GenieKey k'],
      ['Private-Token', 't'],
    ] as const) {
      await publish(await subscribe({ auth: { type: 'header', name, value } }));
      await settle();
    }
    expect(sent[0]?.headers).toMatchObject({ Authorization: 'GenieKey k' });
    expect(sent[1]?.headers).toMatchObject({ 'Private-Token': 't' });
    expect(sent[1]?.headers).not.toHaveProperty('Authorization');
  });

  it('carries basic and bearer credentials, or a client certificate', async () => {
    const { subscribe, publish, settle, sent } = createDelivering();
    for (const auth of [
      { type: 'basic', username: 'user', password: 'p' },
      { type: 'bearer', token: 't' },
      { type: 'mtls', certificate: 'c', private_key: 'k' },
    ] as const) {
      await publish(await subscribe({ auth }));
      await settle();
    }
    expect(
      sent.map(({ headers, clientCertificate }) => [headers['Authorization'], clientCertificate]),
    ).toEqual([
      ['Basic dXNlcjpw', undefined],
      ['Bearer t', undefined],
      [undefined, { certificate: 'c', privateKey: 'k' }],
    ]);
  });
});

describe('an OAuth client', () => {
  const auth = {
    type: 'oauth2',
    token_url: 'https://auth.example.com/token',
    client_id: 'the client',
    client_secret: 's3cret:/',
    scope: 'a b',
  } as const;
  const token = (text: string, more: object = {}) =>
    aResponse({
      body: JSON.stringify({
        access_token: text,
        token_type: 'Bearer',
        expires_in: 3_600,
        ...more,
      }),
    });

  async function setup(answer: (count: number) => ReturnType<typeof token>, about = {}) {
    const service = createDelivering();
    const { world } = service;
    const subscription = await service.subscribe({ auth, ...about });
    const asked: SendRequest[] = [];
    const posted: SendRequest[] = [];
    const target = { answer: () => aResponse() };
    world.endpoint = (request) => {
      if (request.url !== auth.token_url) {
        posted.push(request);
        return target.answer();
      }
      asked.push(request);
      return answer(asked.length);
    };
    const deliver = async () => {
      const id = await service.publish(subscription);
      await service.settle();
      return service.ports.deliveries.detail('default', id);
    };
    return { ...service, subscription, asked, posted, target, deliver };
  }

  it('gets a token as RFC 6749 says, and uses it', async () => {
    const { asked, posted, deliver } = await setup(() => token('t1'));
    await deliver();
    expect(new TextDecoder().decode(asked[0]?.body)).toBe(
      'grant_type=client_credentials&scope=a+b',
    );
    expect(asked[0]?.headers).toMatchObject({
      Authorization: `Basic ${Buffer.from('the+client:s3cret%3A%2F').toString('base64')}`,
      'Content-Type': 'application/x-www-form-urlencoded',
    });
    expect(posted[0]?.headers['Authorization']).toBe('Bearer t1');
  });

  it.each([
    ['client_secret_basic', { Authorization: expect.stringMatching(/^Basic /) }, ''],
    ['client_secret_post', {}, '&client_id=the+client&client_secret=s3cret%3A%2F'],
  ] as const)('asks with its audience, and proves itself by %s', async (...row) => {
    const [token_auth, headers, inBody] = row;
    const audience = 'https://api.example.com/?a=b';
    const { asked, deliver } = await setup(() => token('t1'), {
      auth: { ...auth, audience, token_auth },
    });
    await deliver();
    expect(new TextDecoder().decode(asked[0]?.body)).toBe(
      `grant_type=client_credentials&scope=a+b&audience=https%3A%2F%2Fapi.example.com%2F%3Fa%3Db${inBody}`,
    );
    expect(asked[0]?.headers).toEqual({
      ...headers,
      Accept: 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
      'User-Agent': 'Webhook-Delivery-Service/1.0',
    });
  });

  it.each([
    ['no type', { token_type: undefined }],
    ['its type in lower case', { token_type: 'bearer' }],
    ['its lifetime as text', { expires_in: '3600' }],
  ])('treats a token with %s as a bearer token', async (_, more) => {
    const { posted, deliver } = await setup(() => token('t1', more));
    expect((await deliver())?.delivery.status).toBe('delivered');
    expect(posted[0]?.headers['Authorization']).toBe('Bearer t1');
  });

  it('does not share its token with a client for another audience', async () => {
    const { asked, deliver, subscribe, publish, settle } = await setup((n) => token(`t${n}`));
    await deliver();
    await publish(await subscribe({ auth: { ...auth, audience: 'another' } }));
    await settle();
    expect(asked).toHaveLength(2);
  });

  it('is remembered while its token is valid', async () => {
    const { asked, posted, deliver, clock } = await setup((count) => token(`t${count}`));
    await deliver();
    await deliver();
    clock.advance(hour - 30_000);
    await deliver();
    expect(asked).toHaveLength(2);
    expect(posted.map(({ headers }) => headers['Authorization'])).toEqual([
      'Bearer t1',
      'Bearer t1',
      'Bearer t2',
    ]);
  });

  it('requests another token after the endpoint refused one', async () => {
    const { asked, target, deliver } = await setup((count) => token(`t${count}`));
    let answers = 0;
    target.answer = () => aResponse({ statusCode: (answers += 1) === 1 ? 401 : 200 });
    const detail = await deliver();
    expect(detail?.delivery.status).toBe('delivered');
    expect(asked).toHaveLength(2);
    expect(detail?.attempts.map(({ statusCode }) => statusCode)).toEqual([401, 200]);
  });

  it('replaces a revoked cached token within the attempt, and signs again', async () => {
    const { asked, posted, target, deliver, clock } = await setup((n) => token(`t${n}`));
    await deliver();
    const valid = { token: 'Bearer t2' };
    target.answer = () => {
      clock.advance(1_500);
      const { headers } = posted.at(-1)!;
      return aResponse({ statusCode: headers['Authorization'] === valid.token ? 200 : 401 });
    };
    const found = await deliver();
    expect(found?.attempts.map(({ statusCode }) => statusCode)).toEqual([200]);
    const [, refused, accepted] = posted;
    expect([refused, accepted].map((request) => request?.timeoutMs)).toEqual([10_000, 8_500]);
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([10_000, 8_500]);
    const times = [refused, accepted].map((request) =>
      Number(request?.headers['webhook-timestamp']),
    );
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1);
    expect(found?.attempts[0]?.durationMs).toBe(1_500 + aResponse().durationMs);
    await deliver();
    expect(asked).toHaveLength(2);
  });

  it('tries a fresh token once: another 401 is the endpoint’s', async () => {
    const { asked, posted, target, deliver } = await setup((n) => token(`t${n}`), {
      retrySchedule: [],
    });
    await deliver();
    target.answer = () => aResponse({ statusCode: 401 });
    const found = await deliver();
    expect(found?.attempts.map(({ statusCode }) => statusCode)).toEqual([401]);
    expect([posted.length, asked.length]).toEqual([3, 2]);
    // And a token that was fetched for this very attempt is not replaced.
    await deliver();
    expect([posted.length, asked.length]).toEqual([4, 3]);
  });

  it('replaces no token for any status but 401', async () => {
    const { asked, posted, target, deliver } = await setup((n) => token(`t${n}`), {
      retrySchedule: [],
    });
    await deliver();
    target.answer = () => aResponse({ statusCode: 403 });
    await deliver();
    expect([posted.length, asked.length]).toEqual([2, 1]);
  });

  it('shows the endpoint’s 401 if no fresh token is available', async () => {
    const { posted, target, deliver } = await setup(
      (n) => (n === 1 ? token('t1') : aResponse({ statusCode: 503 })),
      { retrySchedule: [] },
    );
    await deliver();
    target.answer = () => aResponse({ statusCode: 401 });
    const found = await deliver();
    expect(found?.attempts.map(({ statusCode }) => statusCode)).toEqual([401]);
    expect(posted).toHaveLength(2);
  });

  it('shows the endpoint’s 401 if the fresh token took all the remaining time', async () => {
    const { posted, world, target, deliver, clock } = await setup((n) => token(`t${n}`), {
      retrySchedule: [],
    });
    await deliver();
    const { endpoint } = world;
    world.endpoint = (request, count) => {
      if (request.url === auth.token_url) clock.advance(10_000);
      return endpoint(request, count);
    };
    target.answer = () => aResponse({ statusCode: 401 });
    const found = await deliver();
    expect(found?.attempts).toMatchObject([{ statusCode: 401, durationMs: 10_000 }]);
    expect(posted).toHaveLength(2);
  });

  it('requests no other token without time left', async () => {
    const { asked, target, deliver, clock } = await setup((n) => token(`t${n}`), {
      retrySchedule: [],
      timeoutMs: 2_000,
    });
    await deliver();
    target.answer = () => {
      clock.advance(1_501);
      return aResponse({ statusCode: 401 });
    };
    const found = await deliver();
    expect(found?.attempts.map(({ statusCode }) => statusCode)).toEqual([401]);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['an error', () => aResponse({ statusCode: 400, body: 's3cret' }), 'answered 400'],
    ['no JSON', () => aResponse({ body: '<s3cret>' }), 'no bearer token'],
    ['a list', () => aResponse({ body: '[]' }), 'no bearer token'],
    ['another kind of token', () => token('s3cret', { token_type: 'mac' }), 'no bearer token'],
    ['a token with a line break', () => token('s3cret\r\nHost: x'), 'no bearer token'],
    ['nothing', () => anError('dns_timeout'), 'No token received'],
  ] as const)('sends nothing after %s, and retries', async (_, answer, detail) => {
    const { posted, asked, deliver, logLines } = await setup((count) =>
      count < 3 ? (answer() as ReturnType<typeof token>) : token('t'),
    );
    const found = await deliver();
    expect(found?.attempts.map(({ errorCode }) => errorCode)).toEqual([
      'auth_failed',
      'auth_failed',
      null,
    ]);
    expect(found?.attempts[0]?.errorDetails).toContain(detail);
    expect([posted.length, asked.length]).toEqual([1, 3]);
    expect(JSON.stringify([found, logLines])).not.toContain('s3cret');
  });

  it('counts the wait for a token against the attempt', async () => {
    const { clock, deliver, posted, world } = await setup(() => token('t'), { timeoutMs: 5_000 });
    const { endpoint } = world;
    world.endpoint = (request, count) => {
      if (request.url === auth.token_url) clock.advance(2_000);
      return endpoint(request, count);
    };
    const found = await deliver();
    expect(posted[0]?.timeoutMs).toBe(3_000);
    expect(found?.attempts[0]?.durationMs).toBeGreaterThanOrEqual(2_000);
    const signedAt = Number(posted[0]?.headers['webhook-timestamp']) * 1_000;
    expect(signedAt).toBe((found?.attempts[0]?.at ?? 0) + 2_000);
  });
});
