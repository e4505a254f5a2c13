// What a guesser of keys and signatures is answered, and what that costs those who have the right ones.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { subscriptionIdFrom } from '../../../lambdas/core/ids.ts';
import type { GatewayKind } from '../../support/gateway-events.ts';
import { createService } from '../../support/service.ts';

const secret = 'a secret that is long enough';
const guesser = '198.51.100.1';
const producer = '198.51.100.2';
const body = { n: 1 };

/** Looks right, and is nobody's. */
function anyKey(id = randomBytes(8).toString('hex')): string {
  const plain = `whk_${id}_${randomBytes(32).toString('base64url')}`;
  return plain + createHash('sha256').update(plain).digest('hex').slice(0, 8);
}

function signed(by: string): Record<string, string> {
  const hmac = createHmac('sha256', by).update(JSON.stringify(body)).digest('hex');
  return { 'x-hub-signature-256': `sha256=${hmac}` };
}

async function setup(kind: GatewayKind = 'http', settings: Record<string, string> = {}) {
  const service = createService({ kind, settings: { API_AUTH: 'on', ...settings } });
  const { context, call } = service;
  const admin = await service.addKey(['admin']);
  const created = await call('createSubscription', {
    key: admin,
    body: { target_url: 'https://example.com/hook', secret },
    from: '203.0.113.9',
  });
  const { id } = created.json['subscription'] as { id: string };
  const reads = { keys: 0, subscriptions: 0 };
  const { apiKeys, subscriptions } = context;
  context.apiKeys = {
    ...apiKeys,
    get(keyId) {
      reads.keys += 1;
      return apiKeys.get(keyId);
    },
  };
  context.subscriptions = {
    ...subscriptions,
    get(tenant, subscriptionId) {
      reads.subscriptions += 1;
      return subscriptions.get(tenant, subscriptionId);
    },
  };
  const ask = (from: string, key: string) => call('whoAmI', { from, key });
  const ingest = (from: string, by: string, to = id) =>
    call('ingest', { id: to, from, headers: signed(by), body });
  /** Until it is told to wait, or has been told nothing else `most` times. */
  const guess = async (most: number, once: () => ReturnType<typeof call>) => {
    for (let tries = 0; tries < most; tries += 1) {
      const answer = await once();
      if (answer.status === 429) return { tries, answer };
      expect(answer.status).toBe(401);
    }
    return { tries: most, answer: null };
  };
  return { ...service, admin, id, reads, ask, ingest, guess };
}

function aSubscriptionId() {
  return subscriptionIdFrom(2_000_000_000_000, randomBytes(10));
}

describe.each<GatewayKind>(['http', 'rest'])('behind the %s API', (kind) => {
  it('a key that is wrong a hundred times must wait, and is told for how long', async () => {
    const { ask, guess, clock } = await setup(kind);
    const key = anyKey();
    const { tries, answer } = await guess(200, () => ask(guesser, key));
    expect(tries).toBe(100);
    expect(answer).toMatchObject({ status: 429, json: { code: 'too-many-failures' } });
    expect(answer?.headers['retry-after']).toBe('1');
    clock.advance(1_000);
    expect((await ask(guesser, key)).status).toBe(401);
    expect((await ask(guesser, key)).status).toBe(429);
    expect((await ask(producer, key)).status).toBe(401);
  });

  it('a signature that is wrong a hundred times must wait; from elsewhere the right one is taken', async () => {
    const { ingest, guess } = await setup(kind);
    const { tries, answer } = await guess(200, () => ingest(guesser, 'a wrong secret'));
    expect(tries).toBe(100);
    expect(answer).toMatchObject({ status: 429, json: { code: 'too-many-failures' } });
    expect((await ingest(producer, secret)).status).toBe(202);
  });
});

it('keys that are made up cost a thousand reads of an address, and then none', async () => {
  const { ask, guess, reads } = await setup();
  const { tries } = await guess(2_000, () => ask(guesser, anyKey()));
  expect(tries).toBe(1_000);
  const before = reads.keys;
  for (let more = 0; more < 50; more += 1) {
    expect((await ask(guesser, anyKey())).status).toBe(429);
  }
  expect(reads.keys).toBe(before);
});

it('so do ids of subscriptions that are made up', async () => {
  const { ingest, guess, reads } = await setup();
  const { tries } = await guess(2_000, () => ingest(guesser, secret, aSubscriptionId()));
  expect(tries).toBe(1_000);
  const before = reads.subscriptions;
  expect((await ingest(guesser, secret, aSubscriptionId())).status).toBe(429);
  expect(reads.subscriptions).toBe(before);
});

it('whether there is such a subscription cannot be told by when one must wait', async () => {
  const { ingest, guess, id } = await setup();
  const there = await guess(200, () => ingest(guesser, 'a wrong secret', id));
  const nowhere = aSubscriptionId();
  const absent = await guess(200, () => ingest(producer, 'a wrong secret', nowhere));
  expect(absent.tries).toBe(there.tries);
  expect(absent.answer?.json['detail']).toBe(there.answer?.json['detail']);
});

it('who was right before is heard, whatever comes from the same address', async () => {
  const { ask, ingest, guess, admin, clock } = await setup();
  expect((await ask(guesser, admin)).status).toBe(200);
  expect((await ingest(guesser, secret)).status).toBe(202);
  await guess(2_000, () => ask(guesser, anyKey()));
  // Longer than keys are remembered as such.
  clock.advance(20_000);
  await guess(2_000, () => ask(guesser, anyKey()));
  expect((await ask(guesser, admin)).status).toBe(200);
  expect((await ingest(guesser, secret)).status).toBe(202);
  expect((await ingest(guesser, 'a wrong secret')).json['code']).toBe('signature-invalid');
});

it('a producer with a wrong secret leaves room to the others behind its address', async () => {
  const { ask, ingest, guess, addKey } = await setup();
  await guess(200, () => ingest(guesser, 'a wrong secret'));
  expect((await ask(guesser, await addKey(['read']))).status).toBe(200);
  expect((await ingest(guesser, 'a wrong secret', aSubscriptionId())).status).toBe(401);
});

it('a key that was revoked counts as wrong from then on', async () => {
  const { ask, guess, addKey, context, clock } = await setup();
  const key = await addKey(['read']);
  expect((await ask(guesser, key)).status).toBe(200);
  await context.apiKeys.remove('default', key.slice(4, 20));
  clock.advance(20_000);
  expect((await guess(200, () => ask(guesser, key))).tries).toBe(100);
});

it('who has a valid key is not held up by signatures, and right ones count nothing', async () => {
  const { call, id, admin, ingest } = await setup();
  for (let count = 0; count < 150; count += 1) {
    const headers = signed('a wrong secret');
    const answer = await call('ingest', { id, from: guesser, key: admin, headers, body });
    expect(answer.json['code']).toBe('signature-invalid');
  }
  for (let count = 0; count < 150; count += 1) {
    expect((await ingest(guesser, secret)).status).toBe(202);
  }
});

it('where nobody needs a key, wrong signatures count all the same', async () => {
  const { ingest, guess } = await setup('http', { API_AUTH: 'off' });
  expect((await guess(200, () => ingest(guesser, 'a wrong secret'))).tries).toBe(100);
});

it('a setting says how many, or none', async () => {
  const few = await setup('http', { WRONG_CREDENTIALS_MAX: '5' });
  expect((await few.guess(200, () => few.ask(guesser, anyKey('0123456789abcdef')))).tries).toBe(5);
  const off = await setup('http', { WRONG_CREDENTIALS_MAX: 'off' });
  expect((await off.guess(1_500, () => off.ask(guesser, anyKey()))).answer).toBeNull();
});

it('what is remembered of guessers has a most', async () => {
  const { context, ask } = await setup();
  for (let n = 0; n < 6_000; n += 1) await ask(`10.0.${n >> 8}.${n & 255}`, 'whk_none');
  expect(context.wrongCredentials.size).toBe(10_000);
});
