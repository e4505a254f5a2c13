// Subscriptions as a caller sees them: the seed's shapes, codes and sentences.
import { describe, expect, test } from 'vitest';
import { propagationMs } from '../../../lambdas/contract/limits/propagation.ts';
import { secretMask } from '../../../lambdas/contract/signing/secret-mask.ts';
import type { SubscriptionResource } from '../../../lambdas/contract/http/resources.ts';
import type { QueueMessage } from '../../../lambdas/contract/messages.ts';
import type { SubscriptionId } from '../../../lambdas/core/ids.ts';
import type { Answer, Service } from '../../support/service.ts';
import { createService } from '../../support/service.ts';

const target_url = 'https://receiver.example.com/hooks';

async function create(service: Service, body: object = {}): Promise<SubscriptionResource> {
  return subscriptionOf(
    await service.call('createSubscription', { body: { target_url, ...body } }),
  );
}

function subscriptionOf(answer: Answer): SubscriptionResource {
  return answer.json['subscription'] as SubscriptionResource;
}

/** Collects what is sent to the queue from now on. */
function watchQueue(service: Service): QueueMessage[] {
  const sent: QueueMessage[] = [];
  const { queue } = service.context;
  service.context.queue = {
    send: async (messages) => {
      sent.push(...messages);
      await queue.send(messages);
    },
  };
  return sent;
}

describe('creating', () => {
  test('answers 201 with the subscription', async () => {
    const service = createService();
    const answer = await service.call('createSubscription', {
      body: {
        name: ' Orders ',
        target_url,
        secret: 's3cret',
        event_types: ['order.created', 'order.*', 'order.created'],
        status: 'active',
        retry_schedule: [1, 60],
        timeout_ms: 5_000,
      },
    });
    expect(answer.status).toBe(201);
    const { id } = subscriptionOf(answer);
    const now = new Date(service.clock.now()).toISOString();
    expect(answer.json).toEqual({
      message: 'Subscription created successfully',
      subscription: {
        id,
        name: 'Orders',
        target_url,
        secret: secretMask,
        public_key: null,
        previous_secrets: [],
        timestamped_signature: false,
        event_types: ['order.created', 'order.*'],
        status: 'active',
        inactive_reason: null,
        retry_schedule: [1, 60],
        timeout_ms: 5_000,
        rate_limit: null,
        health: 'healthy',
        hub_signature: 'current',
        custom_headers: {},
        auth: null,
        operational_events: false,
        verification: null,
        created_at: now,
        updated_at: now,
      },
    });
    const got = await service.call('getSubscription', { id });
    expect(subscriptionOf(got)).toEqual(subscriptionOf(answer));
  });

  test('needs no more than a target', async () => {
    expect(await create(createService())).toMatchObject({
      name: null,
      secret: null,
      event_types: null,
      status: 'active',
      retry_schedule: null,
      timeout_ms: null,
    });
  });

  test.each([{}, { target_url: null }, { target_url: '' }, undefined])(
    'without a target says so in one sentence: %j',
    async (body) => {
      const answer = await createService().call('createSubscription', { body });
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({
        error: 'Target URL is required',
        code: 'invalid-request',
        errors: [{ pointer: '/target_url', detail: 'is required' }],
      });
    },
  );

  test('names every bad field at once', async () => {
    const answer = await createService().call('createSubscription', {
      body: { name: 'x'.repeat(101), event_types: ['ok', '', 7], status: 'banana' },
    });
    expect(answer.json['errors']).toEqual([
      { pointer: '/name', detail: 'must have at most 100 characters' },
      { pointer: '/target_url', detail: 'is required' },
      { pointer: '/event_types/1', detail: 'is required' },
      { pointer: '/event_types/1', detail: expect.stringMatching(/^must be an event type/) },
      { pointer: '/event_types/2', detail: 'must be a text' },
      { pointer: '/status', detail: 'must be one of: active, inactive' },
    ]);
    expect(answer.json['error']).toMatch(/^Name must have at most 100 characters; Target URL is /);
  });

  test('an unsafe target says which rule it breaks', async () => {
    const answer = await createService().call('createSubscription', {
      body: { target_url: 'https://169.254.169.254/' },
    });
    expect(answer.status).toBe(422);
    expect(answer.json).toMatchObject({
      code: 'unsafe-target-url',
      error: expect.stringContaining('(rule: address)') as string,
      errors: [{ pointer: '/target_url', detail: expect.any(String) as string }],
    });
  });

  test('stores nothing of a bad request', async () => {
    const service = createService();
    await service.call('createSubscription', { body: { target_url: 'not a url' } });
    await service.call('createSubscription', { body: { target_url, status: 'banana' } });
    const { json } = await service.call('listSubscriptions');
    expect(json).toEqual({ subscriptions: [], next_cursor: null });
  });
});

describe.each(['replaceSubscription', 'updateSubscription'] as const)('updating (%s)', (route) => {
  test('changes the fields that are given and no other', async () => {
    const service = createService();
    const before = await create(service, { name: 'Orders', secret: 's3cret', event_types: ['a'] });
    service.clock.advance(1_000);
    const answer = await service.call(route, { id: before.id, body: { name: 'Invoices' } });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      message: 'Subscription updated successfully',
      subscription: {
        ...before,
        name: 'Invoices',
        updated_at: new Date(service.clock.now()).toISOString(),
      },
    });
  });

  test.each([
    ['null', null, null],
    ['an empty text', '', null],
    ['the mask', secretMask, 's3cret'],
    ['another secret', 'other', 'other'],
  ])('keeps, clears or changes the secret: %s', async (_, secret, stored) => {
    const service = createService();
    const { id } = await create(service, { secret: 's3cret' });
    const answer = await service.call(route, { id, body: { secret } });
    expect(subscriptionOf(answer).secret).toBe(stored === null ? null : secretMask);
    const row = await service.ports.subscriptions.get('default', id as SubscriptionId);
    expect(row?.secret).toBe(stored);
  });

  test('tries again when somebody else changed it, and gives up in the end', async () => {
    const service = createService();
    const { id } = await create(service);
    const store = service.context.subscriptions;
    let rivals = 2;
    service.context.subscriptions = {
      ...store,
      replace: async (before, after) => {
        if (rivals > 0) {
          rivals -= 1;
          await store.replace(before, { ...before, version: before.version + 1 });
        }
        return store.replace(before, after);
      },
    };
    expect(await service.call(route, { id, body: { name: 'a' } })).toMatchObject({ status: 200 });
    rivals = 3;
    expect(await service.call(route, { id, body: { name: 'b' } })).toMatchObject({
      status: 409,
      json: { code: 'conflict' },
    });
  });
});

describe('the status', () => {
  test('is paused by a person, and active again without a reason', async () => {
    const service = createService();
    const { id } = await create(service);
    const paused = await service.call('updateSubscription', { id, body: { status: 'inactive' } });
    expect(subscriptionOf(paused)).toMatchObject({ status: 'inactive', inactive_reason: 'paused' });
    const active = await service.call('updateSubscription', { id, body: { status: 'active' } });
    expect(subscriptionOf(active)).toMatchObject({ status: 'active', inactive_reason: null });
  });

  test('becoming active sends one job for what is parked, which the subscription names', async () => {
    const service = createService();
    const { id } = await create(service, { status: 'inactive' });
    const sent = watchQueue(service);
    await service.call('updateSubscription', { id, body: { name: 'still inactive' } });
    expect(sent).toEqual([]);
    await service.call('updateSubscription', { id, body: { status: 'active' } });
    const now = service.clock.now();
    const stored = await service.ports.subscriptions.get('default', id as SubscriptionId);
    const { backlogJob } = stored!.health;
    const job = { kind: 'backlog', tenant: 'default', subscriptionId: id, cursor: null };
    expect(sent).toMatchObject([
      { ...job, job: backlogJob!.id, step: 0, pace: 'resume', dueAt: now + 1_000 },
    ]);
    sent.length = 0;
    await service.call('updateSubscription', { id, body: { status: 'active' } });
    expect(sent).toEqual([]);
  });

  test('stays inactive when the queue fails', async () => {
    const service = createService();
    const { id } = await create(service, { status: 'inactive' });
    service.context.queue = { send: () => Promise.reject(new Error('The queue is down')) };
    const answer = await service.call('updateSubscription', { id, body: { status: 'active' } });
    expect(answer.status).toBe(500);
    const got = await service.call('getSubscription', { id });
    expect(subscriptionOf(got).status).toBe('inactive');
  });

  test('is seen by the next event at once', async () => {
    const service = createService();
    const { id } = await create(service);
    await service.call('ingest', { id, body: {} });
    await service.call('updateSubscription', { id, body: { status: 'inactive' } });
    const { json } = await service.call('ingest', { id, body: {} });
    const got = await service.call('getDelivery', { id: String(json['delivery_id']) });
    expect(got.json['delivery']).toMatchObject({ status: 'parked' });
  });
});

describe('deleting', () => {
  test('asks to cancel what is open, then removes it', async () => {
    const service = createService();
    const { id } = await create(service);
    await service.call('ingest', { id, body: {} });
    const sent = watchQueue(service);
    const answer = await service.call('deleteSubscription', { id });
    expect(answer).toMatchObject({
      status: 200,
      json: { message: 'Subscription deleted successfully' },
    });
    const now = service.clock.now();
    const cancel = { kind: 'cancel', tenant: 'default', subscriptionId: id, cursor: null };
    expect(sent).toMatchObject([
      { ...cancel, dueAt: now + 1_000 },
      { ...cancel, dueAt: now + propagationMs },
    ]);
    for (const route of ['getSubscription', 'deleteSubscription', 'ingest'] as const) {
      const again = await service.call(route, { id, ...(route === 'ingest' && { body: {} }) });
      expect(again.json, route).toMatchObject({
        error: 'Subscription not found',
        code: 'not-found',
      });
    }
    expect(sent).toHaveLength(2);
  });

  test('leaves it when the queue fails', async () => {
    const service = createService();
    const { id } = await create(service);
    service.context.queue = { send: () => Promise.reject(new Error('The queue is down')) };
    expect(await service.call('deleteSubscription', { id })).toMatchObject({ status: 500 });
    expect(await service.call('getSubscription', { id })).toMatchObject({ status: 200 });
  });
});

describe('listing', () => {
  test('goes through all, newest first, page by page', async () => {
    const service = createService();
    const made = [];
    for (let count = 0; count < 5; count += 1) {
      made.unshift(await create(service, { name: `number ${count}` }));
      service.clock.advance(1_000);
    }
    const listed: unknown[] = [];
    let query: string | undefined = 'limit=2';
    while (query !== undefined) {
      const { json } = await service.call('listSubscriptions', { query });
      listed.push(...(json['subscriptions'] as unknown[]));
      const next = json['next_cursor'] as string | null;
      query = next === null ? undefined : `limit=2&cursor=${encodeURIComponent(next)}`;
    }
    expect(listed).toEqual(made);
  });

  test('takes blank parameters, and caps a limit', async () => {
    const service = createService();
    await create(service);
    await create(service);
    for (const [query, count] of [
      ['limit=&cursor=', 2],
      ['limit=1', 1],
      ['limit=100000', 2],
    ] as const) {
      const { json } = await service.call('listSubscriptions', { query });
      expect(json['subscriptions'], query).toHaveLength(count);
    }
  });
});
