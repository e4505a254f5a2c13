// Subscriptions as callers manage them: the seed's five calls, PATCH, paging, validation.
import { Webhook } from 'standardwebhooks';
import { beforeAll, describe, expect, test } from 'vitest';
import { secretMask } from '../../lambdas/contract/signing/secret-mask.ts';
import { api, newEndpoint, newSecret, patienceMs, subscribe } from './setup.ts';

let target_url: string;
beforeAll(() => {
  target_url = newEndpoint().url;
});

describe('create', () => {
  test('stores every field and gives the seed’s message', async () => {
    const { url } = newEndpoint();
    const fields = {
      name: 'Orders',
      target_url: url,
      secret: newSecret(),
      event_types: ['order.created', 'order.*'],
      status: 'inactive' as const,
      retry_schedule: [1, 2, 3],
      timeout_ms: 2_000,
    };
    const created = await api.call('createSubscription', { body: fields });
    expect(created.message).toBe('Subscription created successfully');
    expect(created.subscription).toMatchObject({
      ...fields,
      secret: secretMask,
      inactive_reason: 'paused',
    });
    const { subscription } = await api.call('getSubscription', { id: created.subscription.id });
    expect(subscription).toEqual(created.subscription);
  });

  test('needs a target URL alone', async () => {
    const { subscription } = await api.call('createSubscription', { body: { target_url } });
    expect(subscription).toMatchObject({
      name: null,
      target_url,
      secret: null,
      event_types: null,
      status: 'active',
      inactive_reason: null,
      retry_schedule: null,
      timeout_ms: null,
    });
    expect(subscription.id).toMatch(/^sub_[^.]+$/);
    expect(subscription.created_at).toMatch(/Z$/);
    expect(subscription.updated_at).toBe(subscription.created_at);
  });

  test('says in the seed’s words that the target URL is missing', async () => {
    const body = await api.refused('invalid-request', 'createSubscription', { body: {} });
    expect(body.error).toBe('Target URL is required');
    expect(body.errors?.map(({ pointer }) => pointer)).toEqual(['/target_url']);
  });

  test('names every bad field', async () => {
    const { errors } = await api.refused('invalid-request', 'createSubscription', {
      body: { target_url, name: 'x'.repeat(101), status: 'banana', timeout_ms: 1 },
    });
    const pointers = errors?.map(({ pointer }) => pointer).sort();
    expect(pointers).toEqual(['/name', '/status', '/timeout_ms']);
  });
});

describe.each(['replaceSubscription', 'updateSubscription'] as const)('%s', (update) => {
  test('changes the fields that are given and no other', async () => {
    const { subscription: before } = await api.call('createSubscription', {
      body: { name: 'Before', target_url, secret: newSecret(), event_types: ['a.b', 'custom'] },
    });
    const { message, subscription } = await api.call(update, {
      id: before.id,
      body: { name: 'After' },
    });
    expect(message).toBe('Subscription updated successfully');
    expect(subscription).toEqual({
      ...before,
      name: 'After',
      updated_at: subscription.updated_at,
    });
    expect(Date.parse(subscription.updated_at)).toBeGreaterThanOrEqual(
      Date.parse(before.updated_at),
    );
    const read = await api.call('getSubscription', { id: before.id });
    expect(read.subscription).toEqual(subscription);
  });

  test('clears what is set to null', async () => {
    const { subscription: before } = await api.call('createSubscription', {
      body: { name: 'Named', target_url, secret: newSecret(), event_types: ['a'] },
    });
    const { subscription } = await api.call(update, {
      id: before.id,
      body: { name: null, secret: null, event_types: null },
    });
    expect(subscription).toMatchObject({ name: null, secret: null, event_types: null });
  });

  test('refuses to clear the target URL', async () => {
    const { subscription } = await api.call('createSubscription', { body: { target_url } });
    const { errors } = await api.refused('invalid-request', update, {
      id: subscription.id,
      body: { target_url: null },
    });
    expect(errors?.[0]?.pointer).toBe('/target_url');
  });
});

test('a masked secret that is sent back leaves the secret as it is', async () => {
  const secret = newSecret();
  const { id, endpoint } = await subscribe({ secret });
  const { subscription } = await api.call('getSubscription', { id });
  const { name, target_url: url, event_types, status } = subscription;
  const body = { name, target_url: url, event_types, status, secret: subscription.secret };
  await api.call('replaceSubscription', { id, body });
  await api.call('testSubscription', { id });
  const [request] = await endpoint.received(1, patienceMs);
  new Webhook(secret).verify(request!.body, request!.headers);
  await api.refused('invalid-request', 'createSubscription', { body: { ...body, name: 'copy' } });
});

test('delete removes it', async () => {
  const { subscription } = await api.call('createSubscription', { body: { target_url } });
  const { id } = subscription;
  expect(await api.call('deleteSubscription', { id })).toEqual({
    message: 'Subscription deleted successfully',
  });
  await api.refused('not-found', 'getSubscription', { id });
  await api.refused('not-found', 'deleteSubscription', { id });
  await api.refused('not-found', 'updateSubscription', { id, body: { name: 'x' } });
});

test('the list is newest first and pages without a gap', async () => {
  const made: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    const { subscription } = await api.call('createSubscription', { body: { target_url } });
    made.unshift(subscription.id);
  }
  const listed: string[] = [];
  let cursor: string | null = null;
  do {
    const query: Record<string, string | number> = {
      limit: 2,
      ...(cursor === null ? {} : { cursor }),
    };
    const page = await api.call('listSubscriptions', { query });
    expect(page.subscriptions.length).toBeLessThanOrEqual(2);
    listed.push(...page.subscriptions.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor !== null && !made.every((id) => listed.includes(id)));
  expect(listed.filter((id) => made.includes(id))).toEqual(made);
  expect(new Set(listed).size).toBe(listed.length);
});

test('a secret is never read back', async () => {
  const secret = newSecret();
  const { subscription } = await api.call('createSubscription', { body: { target_url, secret } });
  const replies = [
    await api.ask('getSubscription', { id: subscription.id }),
    await api.ask('listSubscriptions', { query: { limit: 100 } }),
    await api.ask('updateSubscription', { id: subscription.id, body: { name: 'again' } }),
  ];
  for (const reply of replies) expect(reply.text).not.toContain(secret);
});
