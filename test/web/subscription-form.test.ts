import { expect, test } from 'vitest';
import { secretMask } from '../../lambdas/contract/signing/secret-mask.ts';
import { newSubscription, subscriptionFields } from '../../lambdas/contract/http/resources.ts';
import type { Subscription } from '../../web/api/resources.ts';
import type { Values } from '../../web/pages/subscription-form/values.ts';
import { fieldsOf, mask, valuesOf } from '../../web/pages/subscription-form/values.ts';

const subscription: Subscription = {
  id: 'sub_1',
  name: 'Orders',
  target_url: 'https://example.com/hook',
  secret: secretMask,
  public_key: null,
  previous_secrets: [],
  timestamped_signature: true,
  hub_signature: 'current',
  event_types: ['order.created', 'quite.unknown', 'custom.*'],
  status: 'inactive',
  inactive_reason: 'paused',
  retry_schedule: [5, 60],
  timeout_ms: 2_500,
  rate_limit: { per_second: 2, burst: 3 },
  health: 'inactive',
  custom_headers: { 'X-Shop': secretMask },
  auth: { type: 'basic', username: 'ada', password: secretMask },
  operational_events: true,
  verification: { scheme: 'stripe', secret: secretMask },
  created_at: '2035-01-01T00:00:00.000Z',
  updated_at: '2035-01-01T00:00:00.000Z',
};

/** What an edit that makes these changes sends. */
function edit(changes: Partial<Values>) {
  const before = valuesOf(subscription);
  return fieldsOf({ ...before, ...changes }, before);
}

test('an edit that changes nothing sends nothing', () => {
  expect(edit({})).toEqual({});
});

test('an edit sends what was changed and nothing else', () => {
  expect(edit({ name: 'Orders of the shop' })).toEqual({ name: 'Orders of the shop' });
  expect(edit({ name: ' ' })).toEqual({ name: null });
  expect(edit({ isActive: true })).toEqual({ status: 'active' });
  expect(edit({ timeoutSeconds: '' })).toEqual({ timeout_ms: null });
});

test('event types that the form does not offer stay beside a new one', () => {
  const { eventTypes } = valuesOf(subscription);
  expect(edit({ eventTypes: [...eventTypes, 'user.created'] })).toEqual({
    event_types: ['order.created', 'quite.unknown', 'custom.*', 'user.created'],
  });
  expect(edit({ eventTypes: [] })).toEqual({ event_types: null });
});

test('an edit keeps that equal bodies are one event, where the scheme signs the body alone', () => {
  const hub = { scheme: 'github', secret: secretMask, dedupe: true } as const;
  const before = valuesOf({ ...subscription, verification: hub });
  const sent = (verification: Values['verification'], dedupes = before.dedupes) =>
    fieldsOf({ ...before, verification, dedupes }, before).verification;
  expect(sent({ kind: 'github', secret: 'another' })).toEqual({ ...hub, secret: 'another' });
  expect(sent(before.verification, false)).toEqual({ scheme: 'github', secret: secretMask });
  expect(sent({ kind: 'slack', secret: 's' })).toEqual({ scheme: 'slack', secret: 's' });
  expect(sent({ kind: 'none' })).toBe(null);
});

test('a secret is left alone, replaced or removed', () => {
  expect(edit({ secret: 'another' })).toEqual({ secret: 'another' });
  expect(edit({ removesSecret: true })).toEqual({ secret: null });
});

test('masks of credentials go back as they came, so that nothing is lost', () => {
  const { auth, headers } = valuesOf(subscription);
  expect(edit({ auth: { ...auth, username: 'grace' } })).toEqual({
    auth: { type: 'basic', username: 'grace', password: secretMask },
  });
  expect(edit({ headers: [...headers, { name: 'X-New', value: 'v' }] })).toEqual({
    custom_headers: { 'X-Shop': secretMask, 'X-New': 'v' },
  });
  expect(edit({ auth: { kind: 'none' } })).toEqual({ auth: null });
});

test('of a user and a password one may be empty, and is sent so', () => {
  const sent = (username: string, password: string) =>
    edit({ auth: { kind: 'basic', username, password } }).auth;
  expect(sent('sk_live', '')).toEqual({ type: 'basic', username: 'sk_live', password: '' });
  expect(sent('', 'pat')).toEqual({ type: 'basic', username: '', password: 'pat' });
  const stored = { type: 'basic', username: secretMask, password: '' } as const;
  const before = valuesOf({ ...subscription, auth: stored });
  expect(fieldsOf({ ...before, name: 'Another' }, before)).toEqual({ name: 'Another' });
});

test('a header and what an OAuth client asks with are sent as the API takes them', () => {
  const header = { type: 'header', name: 'Authorization', value: 'GenieKey k' } as const;
  const client = {
    type: 'oauth2',
    token_url: 'https://auth.example.com/token',
    client_id: 'c',
    client_secret: 's',
    scope: 'a',
    audience: 'b',
    token_auth: 'client_secret_post',
  } as const;
  for (const { type, ...rest } of [header, client]) {
    const fields = edit({ auth: { kind: type, ...rest } });
    expect(fields).toEqual({ auth: { type, ...rest } });
    expect(subscriptionFields.safeParse(fields).error).toBeUndefined();
  }
});

test('waits may be written with commas or spaces', () => {
  expect(edit({ scheduleSeconds: '1, 2 3' })).toEqual({ retry_schedule: [1, 2, 3] });
  expect(edit({ schedule: 'default' })).toEqual({ retry_schedule: null });
});

test('what is no number is sent, for the API to say so', () => {
  const { timeout_ms: timeout } = edit({ timeoutSeconds: 'soon' });
  expect(subscriptionFields.safeParse({ timeout_ms: timeout }).success).toBe(false);
});

test('a new subscription has just what the API takes', () => {
  const values = { ...valuesOf(null), targetUrl: ' https://example.com/hook ' };
  const fields = fieldsOf(values, null);
  expect(fields).toMatchObject({
    name: null,
    target_url: 'https://example.com/hook',
    secret: null,
    event_types: null,
    status: 'active',
  });
  expect(newSubscription.safeParse(fields).error).toBeUndefined();
});

test('the mask is that of the contract', () => {
  expect(mask).toBe(secretMask);
});

test.each([
  { kind: 'token', header: 'X-Gitlab-Token', secret: ' pasted\n' },
  { kind: 'okta', secret: 'pasted' },
  { kind: 'meta', secret: 'pasted', verify_token: ' a token ' },
  { kind: 'zoom', secret: 'pasted' },
  { kind: 'sns', topic_arn: ' arn:aws:sns:eu-west-1:123456789012:orders\n' },
] as Values['verification'][])('verification by $kind is what the API takes', (verification) => {
  const sent = fieldsOf({ ...valuesOf(null), verification }, null);
  const parsed = newSubscription.parse({ ...sent, target_url: 'https://example.com/hook' });
  const { kind, ...rest } = verification;
  const trimmed = Object.entries(rest).map(([name, text]) => [name, text.trim()]);
  expect(parsed.verification).toMatchObject({ scheme: kind, ...Object.fromEntries(trimmed) });
});

test('the hub signature of the old secret is kept and changed', () => {
  expect(edit({ hubSignature: 'previous' })).toEqual({ hub_signature: 'previous' });
  expect(valuesOf({ ...subscription, hub_signature: 'previous' }).hubSignature).toBe('previous');
});
