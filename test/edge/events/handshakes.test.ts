// Questions of senders, asked by those who only guess: what they are told, and for how long.
import { expect, test } from 'vitest';
import { createService } from '../../support/service.ts';

const verification = { scheme: 'meta', secret: null, verify_token: 'a token of some length' };

async function setup() {
  const service = createService({ settings: { API_AUTH: 'on', WRONG_CREDENTIALS_MAX: '5' } });
  const key = await service.addKey(['admin']);
  const body = { target_url: 'https://example.com/hook', verification };
  const made = await service.call('createSubscription', { key, body });
  const { id } = made.json['subscription'] as { id: string };
  let reads = 0;
  const { subscriptions } = service.context;
  service.context.subscriptions = {
    ...subscriptions,
    get(tenant, subscriptionId) {
      reads += 1;
      return subscriptions.get(tenant, subscriptionId);
    },
  };
  const ask = async (from: string, token: string, to = id) => {
    const query = `hub.mode=subscribe&hub.challenge=42&hub.verify_token=${encodeURIComponent(token)}`;
    const line = { method: 'GET', path: `/api/ingest/${to}?${query}`, from };
    const { status, headers, json } = await service.request(line);
    return { status, type: headers['content-type'], json };
  };
  return { ...service, id, ask, reads: () => reads };
}

test('a guesser of a verify token is told to wait, others are not', async () => {
  const { ask } = await setup();
  const answers = [];
  for (let tries = 0; tries < 8; tries += 1) {
    answers.push((await ask('198.51.100.1', `guess ${tries}`)).status);
  }
  expect(new Set(answers)).toEqual(new Set([200, 429]));
  expect((await ask('198.51.100.1', verification.verify_token)).status).toBe(429);
  expect(await ask('198.51.100.2', verification.verify_token)).toMatchObject({
    status: 200,
    type: 'text/plain; charset=utf-8',
    json: 42,
  });
});

test('who was right from an address is heard there, whatever others guess', async () => {
  const { ask } = await setup();
  const right = () => ask('198.51.100.1', verification.verify_token);
  expect((await right()).json).toBe(42);
  for (let tries = 0; tries < 8; tries += 1) await ask('198.51.100.1', `guess ${tries}`);
  expect((await right()).json).toBe(42);
});

test('a guess is answered as a look at nothing is', async () => {
  const { ask } = await setup();
  const nothing = await ask('198.51.100.1', 'a', 'sub_0000000000000000');
  expect(await ask('198.51.100.2', 'a')).toEqual(nothing);
  expect(nothing.json).toEqual({ message: 'POST events here' });
});

test('who only looks costs no reading', async () => {
  const { request, id, reads } = await setup();
  for (const method of ['GET', 'HEAD']) {
    expect(await request({ method, path: `/api/ingest/${id}` })).toMatchObject({ status: 200 });
  }
  expect(reads()).toBe(0);
});
