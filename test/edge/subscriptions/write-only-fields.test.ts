// What a subscription holds and never shows: custom headers, auth, verification.
import { describe, expect, test } from 'vitest';
import type {
  SubscriptionFields,
  SubscriptionResource,
} from '../../../lambdas/contract/http/resources.ts';
import { secretMask } from '../../../lambdas/contract/signing/secret-mask.ts';
import type { SubscriptionId } from '../../../lambdas/core/ids.ts';
import { createService } from '../../support/service.ts';

const target_url = 'https://receiver.example.com/hooks';
const hidden = {
  custom_headers: { 'X-Api-Key': 's3cret', 'X-Tenant': 't3nant' },
  auth: { type: 'bearer', token: 't0ken' },
  verification: { scheme: 'stripe', secret: 'whsec_of_stripe' },
} satisfies SubscriptionFields;
const shown = {
  custom_headers: { 'X-Api-Key': secretMask, 'X-Tenant': secretMask },
  auth: { type: 'bearer', token: secretMask },
  verification: { scheme: 'stripe', secret: secretMask },
};

async function setup(fields: object = hidden) {
  const service = createService();
  const created = await service.call('createSubscription', { body: { target_url, ...fields } });
  const { id } = created.json['subscription'] as { id: SubscriptionId };
  return {
    created,
    update: (body: unknown) => service.call('updateSubscription', { id, body }),
    get: () => service.call('getSubscription', { id }),
    stored: async () => {
      const found = await service.ports.subscriptions.get('default', id);
      return found === undefined
        ? undefined
        : {
            custom_headers: found.customHeaders,
            auth: found.auth,
            verification: found.verification,
          };
    },
  };
}

function refused(fields: object) {
  return createService().call('createSubscription', { body: { target_url, ...fields } });
}

describe('hidden fields', () => {
  test('are stored, and shown as masks in every answer', async () => {
    const { created, update, get, stored } = await setup();
    const updated = await update({ name: 'Orders' });
    const got = await get();
    for (const answer of [created, updated, got]) {
      expect(answer.json['subscription']).toMatchObject(shown);
      expect(answer.text).not.toMatch(/s3cret|t3nant|t0ken|of_stripe/);
    }
    expect(await stored()).toEqual(hidden);
  });

  test('stay as they are when a client writes back what it read', async () => {
    const { get, update, stored } = await setup();
    const { subscription } = (await get()).json as { subscription: SubscriptionResource };
    expect((await update(subscription)).status).toBe(200);
    expect(await stored()).toEqual(hidden);
  });

  test('change one by one', async () => {
    const { update, stored } = await setup();
    await update({ custom_headers: { 'x-api-key': secretMask, 'X-New': 'new' } });
    await update({ auth: { type: 'basic', username: 'user', password: 'p4ss' } });
    await update({ verification: { scheme: 'slack', secret: secretMask } });
    expect(await stored()).toEqual({
      custom_headers: { 'x-api-key': 's3cret', 'X-New': 'new' },
      auth: { type: 'basic', username: 'user', password: 'p4ss' },
      verification: { scheme: 'slack', secret: 'whsec_of_stripe' },
    });
    await update({ custom_headers: null, auth: null, verification: null });
    expect(await stored()).toEqual({ custom_headers: {}, auth: null, verification: null });
  });

  test('take defaults for what a generic HMAC leaves out', async () => {
    const { stored } = await setup({ verification: { scheme: 'hmac', header: 'X-Signature' } });
    expect((await stored())?.verification).toEqual({
      scheme: 'hmac',
      header: 'X-Signature',
      algorithm: 'sha256',
      encoding: 'hex',
      prefix: '',
      secret: null,
    });
  });

  test('go to no other host unless they are given again', async () => {
    const { update, stored } = await setup();
    const elsewhere = 'https://evil.example.com/hooks';
    const { custom_headers, auth } = hidden;
    for (const fields of [{}, { auth }, { custom_headers }, shown]) {
      const answer = await update({ target_url: elsewhere, ...fields });
      expect(answer.status).toBe(400);
      expect(answer.json['code']).toBe('invalid-request');
      expect(answer.json['error']).toMatch(/must be the actual secret/);
    }
    expect((await update({ target_url: elsewhere, custom_headers, auth })).status).toBe(200);
    expect(await stored()).toEqual(hidden);
    expect((await update({ target_url: `${elsewhere}/other` })).status).toBe(200);
    const without = { custom_headers: null, auth: null };
    expect((await update({ target_url, ...without })).status).toBe(200);
  });

  test.each([
    ['a masked header', { custom_headers: { 'X-A': secretMask } }, '/custom_headers/X-A'],
    ['a masked token', { auth: { type: 'bearer', token: secretMask } }, '/auth/token'],
    [
      'a masked verification',
      { verification: { scheme: 'github', secret: secretMask } },
      '/verification/secret',
    ],
    ['a refused header', { custom_headers: { Host: 'a' } }, '/custom_headers/Host'],
    ['a header with a slash', { custom_headers: { 'a/b': 'c' } }, '/custom_headers/a~1b'],
    ['headers in a list', { custom_headers: ['a'] }, '/custom_headers'],
    ['an unknown way of auth', { auth: { type: 'digest' } }, '/auth/type'],
    ['an unknown scheme', { verification: { scheme: 'acme' } }, '/verification/scheme'],
    ['no header for an HMAC', { verification: { scheme: 'hmac' } }, '/verification/header'],
    [
      'a certificate that is none',
      { auth: { type: 'mtls', certificate: 'no', private_key: 'no' } },
      '/auth/certificate',
    ],
  ])('are refused with %s', async (_, fields, pointer) => {
    const created = await refused(fields);
    expect([created.status, created.json['code']]).toEqual([400, 'invalid-request']);
    expect(created.json['errors']).toMatchObject([{ pointer }]);
  });

  test.each([
    ['a header', { type: 'header', name: 'Authorization', value: 'GenieKey s3cret' }],
    ['a user without a password', { type: 'basic', username: 's3cret', password: '' }],
  ])('show nothing of %s, and send it to no other host', async (_, auth) => {
    const { created, get, update, stored } = await setup({ auth });
    const answers = [created, await get(), await update({ name: 'Orders' })];
    expect(answers.map(({ text }) => text.includes('s3cret'))).toEqual([false, false, false]);
    const moved = await update({ target_url: 'https://evil.example.com/hooks' });
    expect([moved.status, moved.json['code']]).toEqual([400, 'invalid-request']);
    expect((await stored())?.auth).toEqual(auth);
  });

  test('set no header twice, whichever of the two came first', async () => {
    const auth = { type: 'header', name: 'X-API-Key', value: 'a' };
    const custom_headers = { 'x-api-key': 'b' };
    const answers = [
      await refused({ auth, custom_headers }),
      await (await setup({ auth })).update({ custom_headers }),
      await (await setup({ custom_headers })).update({ auth }),
    ];
    for (const { status, json } of answers) {
      expect([status, json['errors']]).toEqual([
        400,
        [{ pointer: '/auth/name', detail: 'must not be one of custom_headers too' }],
      ]);
    }
  });

  test('ask for tokens only where targets may be', async () => {
    const auth = {
      type: 'oauth2',
      token_url: 'https://169.254.169.254/token',
      client_id: 'client',
      client_secret: 's3cret',
    };
    const created = await refused({ auth });
    expect([created.status, created.json['code']]).toEqual([422, 'unsafe-target-url']);
    expect(created.json['errors']).toMatchObject([{ pointer: '/auth/token_url' }]);
  });
});
