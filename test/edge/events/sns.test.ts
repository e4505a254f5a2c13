// Amazon SNS: its messages verify by its certificate, and its subscriptions are confirmed. Only the host of the topic's region
// is ever asked for anything.
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import type { SendRequest, SendResult } from '../../../lambdas/core/deliveries/send-result.ts';
import { selfSignedFor } from '../../support/self-signed.ts';
import { aResponse, anError } from '../../support/send-results.ts';
import { createService } from '../../support/service.ts';

const topic_arn = 'arn:aws:sns:eu-west-1:123456789012:orders';
const host = 'https://sns.eu-west-1.amazonaws.com';
const certificateUrl = `${host}/SimpleNotificationService-${'0a'.repeat(16)}.pem`;
const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const certificate = selfSignedFor(keys);

type Message = Record<string, string>;

/** As Amazon's documentation says: each member's name and value on a line of its own, in this order. */
function signed(message: Message, privateKey = keys.privateKey): Message {
  const names =
    message['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
  const algorithm = message['SignatureVersion'] === '1' ? 'sha1' : 'sha256';
  const signature = sign(algorithm, Buffer.from(text), privateKey).toString('base64');
  return { ...message, Signature: signature };
}

function without(name: string, message: Message): Message {
  return Object.fromEntries(Object.entries(message).filter(([other]) => other !== name));
}

async function setup() {
  const service = createService({ settings: { API_AUTH: 'on' } });
  const asked: SendRequest[] = [];
  let answer = (request: SendRequest): SendResult =>
    aResponse({ statusCode: 200, body: request.url === certificateUrl ? certificate : '<ok/>' });
  service.context.sender = {
    send: async (request) => {
      asked.push(request);
      return answer(request);
    },
  };
  const key = await service.addKey(['admin']);
  const created = await service.call('createSubscription', {
    key,
    body: { target_url: 'https://example.com/', verification: { scheme: 'sns', topic_arn } },
  });
  const { id } = created.json['subscription'] as { id: string };
  const plain = (members: Message = {}): Message => ({
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: topic_arn,
    Subject: 'An order',
    Message: '{"order":42}',
    Timestamp: new Date(service.clock.now()).toISOString(),
    SignatureVersion: '2',
    SigningCertURL: certificateUrl,
    ...members,
  });
  const confirmation = (members: Message = {}) => {
    return {
      ...without('Subject', plain()),
      Type: 'SubscriptionConfirmation',
      Token: '2336412f37',
      SubscribeURL: `${host}/?Action=ConfirmSubscription&TopicArn=${topic_arn}&Token=2336412f37`,
      ...members,
    };
  };
  const post = async (message: Message) => {
    const headers = {
      'content-type': 'text/plain; charset=UTF-8',
      'x-amz-sns-message-type': message['Type'] ?? '',
      'x-amz-sns-message-id': message['MessageId'] ?? '',
      'x-amz-sns-topic-arn': message['TopicArn'] ?? '',
    };
    const body = JSON.stringify(message);
    return service.request({ method: 'POST', path: `/api/ingest/${id}`, headers, body });
  };
  const set = (to: typeof answer) => {
    answer = to;
  };
  return { ...service, id, key, asked, plain, confirmation, post, answers: set };
}

describe('a message of SNS', () => {
  test.each(['1', '2'])('is taken by its signature of version %s', async (SignatureVersion) => {
    const { post, plain, asked } = await setup();
    expect(await post(signed(plain({ SignatureVersion })))).toMatchObject({ status: 202 });
    expect(asked).toMatchObject([{ method: 'GET', url: certificateUrl }]);
  });

  test('needs no subject, asks for the certificate once, and is one event', async () => {
    const { post, plain, asked } = await setup();
    const bare = without('Subject', plain());
    const first = await post(signed(bare));
    expect((await post(signed(bare))).json).toEqual(first.json);
    const other = await post(signed({ ...bare, MessageId: 'another' }));
    expect(other.json['delivery_id']).not.toBe(first.json['delivery_id']);
    expect(asked).toHaveLength(1);
  });

  test('is stored with what SNS says of it', async () => {
    const { post, plain, call, key } = await setup();
    const message = signed(plain());
    const id = String((await post(message)).json['delivery_id']);
    const { json } = await call('getDelivery', { id, key });
    expect(json['delivery']).toMatchObject({
      payload_raw: JSON.stringify(message),
      sender_headers: {
        'x-amz-sns-message-type': 'Notification',
        'x-amz-sns-message-id': message['MessageId'],
        'x-amz-sns-topic-arn': topic_arn,
      },
    });
  });

  test('is refused when any signed member was changed', async () => {
    const { post, plain } = await setup();
    const message = signed(plain());
    for (const name of ['Message', 'MessageId', 'Subject', 'Timestamp']) {
      const changed = { ...message, [name]: `${message[name]} ` };
      expect(await post(changed), name).toMatchObject({ status: 401 });
    }
    expect(await post({ ...message, SignatureVersion: '1' })).toMatchObject({ status: 401 });
    expect(await post(without('Signature', message))).toMatchObject({ status: 401 });
  });

  test('is refused when somebody else signed it', async () => {
    const { post, plain } = await setup();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    expect(await post(signed(plain(), privateKey))).toMatchObject({ status: 401 });
  });

  test('is too old when its id may be forgotten, and not from the future', async () => {
    const { post, plain, clock } = await setup();
    const message = signed(plain());
    const early = new Date(clock.now() + limits.signatureToleranceMs + 1_000).toISOString();
    expect((await post(signed(plain({ Timestamp: early })))).json['code']).toBe(
      'signature-expired',
    );
    clock.advance(limits.idempotencyWindowMs);
    expect((await post(message)).json['code']).toBe('signature-expired');
  });

  test.each([
    ['another topic', { TopicArn: 'arn:aws:sns:eu-west-1:123456789012:others' }],
    ['another account', { TopicArn: 'arn:aws:sns:eu-west-1:999999999999:orders' }],
    [
      'another host',
      { SigningCertURL: certificateUrl.replace('sns.eu', 'sns.evil.example/sns.eu') },
    ],
    [
      'a host that begins so',
      { SigningCertURL: certificateUrl.replace('.com', '.com.evil.example') },
    ],
    ['a user before the host', { SigningCertURL: certificateUrl.replace('//', '//a@') }],
    ['another region', { SigningCertURL: certificateUrl.replace('eu-west-1', 'us-east-1') }],
    ['plain http', { SigningCertURL: certificateUrl.replace('https', 'http') }],
    ['a port', { SigningCertURL: certificateUrl.replace('.com/', '.com:8443/') }],
    ['another path', { SigningCertURL: `${host}/?Action=GetTopicAttributes` }],
    ['a query', { SigningCertURL: `${certificateUrl}?a=b` }],
    ['no certificate', { SigningCertURL: '' }],
    ['an unknown version', { SignatureVersion: '3' }],
    ['an unknown type', { Type: 'Other' }],
  ])('of %s is refused, and nobody is asked', async (_, members) => {
    const { post, plain, asked } = await setup();
    expect(await post(signed(plain(members as Message)))).toMatchObject({ status: 401 });
    expect(asked).toEqual([]);
  });

  test.each<[string, SendResult]>([
    ['does not come', anError('connect_refused')],
    ['is not there', aResponse({ statusCode: 404, body: certificate })],
    ['is cut off', aResponse({ statusCode: 200, body: certificate, truncated: true })],
    ['is none', aResponse({ statusCode: 200, body: '<html>' })],
  ])('is refused while its certificate %s, and taken later', async (_, result) => {
    const { post, plain, answers } = await setup();
    answers(() => result);
    expect(await post(signed(plain()))).toMatchObject({ status: 401 });
    answers(() => aResponse({ statusCode: 200, body: certificate }));
    expect(await post(signed(plain()))).toMatchObject({ status: 202 });
  });
});

describe('the confirmation of a subscription', () => {
  test('is asked for at its URL, and is no event', async () => {
    const { post, confirmation, asked, call, key } = await setup();
    expect(await post(signed(confirmation()))).toMatchObject({ status: 200 });
    expect(asked.map(({ method, url }) => [method, url])).toEqual([
      ['GET', certificateUrl],
      ['GET', confirmation().SubscribeURL],
    ]);
    expect((await call('listDeliveries', { key })).json['deliveries']).toEqual([]);
  });

  test('that SNS does not take is a 503, so that it asks again', async () => {
    const { post, confirmation, answers } = await setup();
    answers(({ url }) =>
      url === certificateUrl
        ? aResponse({ statusCode: 200, body: certificate })
        : aResponse({ statusCode: 400 }),
    );
    expect(await post(signed(confirmation()))).toMatchObject({ status: 503 });
  });

  test.each([
    'https://evil.example/',
    'http://sns.eu-west-1.amazonaws.com/',
    'https://169.254.169.254/',
    '',
  ])('asks nobody at %j', async (SubscribeURL) => {
    const { post, confirmation, asked } = await setup();
    expect(await post(signed(confirmation({ SubscribeURL })))).toMatchObject({ status: 401 });
    expect(asked).toEqual([]);
  });

  test('that nobody signed is not asked for', async () => {
    const { post, confirmation, asked } = await setup();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    expect(await post(signed(confirmation(), privateKey))).toMatchObject({ status: 401 });
    expect(asked.map(({ url }) => url)).toEqual([certificateUrl]);
  });

  test('that SNS ended is heard and is no event', async () => {
    const { post, confirmation, asked } = await setup();
    const ended = confirmation({ Type: 'UnsubscribeConfirmation' });
    expect(await post(signed(ended))).toMatchObject({ status: 200 });
    expect(asked).toHaveLength(1);
  });
});

test('a topic of China has its own host', async () => {
  const { request, call, key, id, asked, plain } = await setup();
  const arn = 'arn:aws-cn:sns:cn-north-1:123456789012:orders';
  await call('updateSubscription', {
    id,
    key,
    body: { verification: { scheme: 'sns', topic_arn: arn } },
  });
  const path = `/SimpleNotificationService-${'0a'.repeat(16)}.pem`;
  const url = `https://sns.cn-north-1.amazonaws.com.cn${path}`;
  const body = JSON.stringify(signed(plain({ TopicArn: arn, SigningCertURL: url })));
  await request({ method: 'POST', path: `/api/ingest/${id}`, body });
  expect(asked.map((each) => each.url)).toEqual([url]);
});
