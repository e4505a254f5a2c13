import { describe, expect, it } from 'vitest';
import type { EndpointAuth } from '../../../lambdas/contract/endpoints/endpoint-auth.ts';
import { endpointAuth } from '../../../lambdas/contract/endpoints/endpoint-auth.ts';
import { secretMask } from '../../../lambdas/contract/signing/secret-mask.ts';
import {
  credentialsOf,
  maskedAuth,
  unmaskedAuth,
} from '../../../lambdas/core/endpoints/endpoint-auth.ts';

const basic = { type: 'basic' as const, username: 'usér', password: 'p:ss' };
const userOnly = { type: 'basic' as const, username: 's3cret key', password: '' };
const passwordOnly = { type: 'basic' as const, username: '', password: 'p:ss' };
const header = { type: 'header' as const, name: 'Authorization', value: 'GenieKey s3cret' };
const bearer = { type: 'bearer' as const, token: 't0ken' };
const oauth2 = {
  type: 'oauth2' as const,
  token_url: 'https://auth.example.com/token',
  client_id: 'client',
  client_secret: 's3cret',
  scope: 'webhooks write',
};
const everyOAuth = {
  ...oauth2,
  audience: 'https://api.example.com/',
  token_auth: 'client_secret_post' as const,
};

describe('endpointAuth', () => {
  it.each([basic, userOnly, passwordOnly, header, bearer, oauth2, everyOAuth])(
    'takes $type',
    (auth) => {
      expect(endpointAuth.parse(auth)).toEqual(auth);
    },
  );

  it.each([
    ['another type', { type: 'digest', username: 'a', password: 'b' }, 'type'],
    ['a colon in the user', { ...basic, username: 'a:b' }, 'username'],
    ['a line break in the user', { ...basic, username: 'a\nb' }, 'username'],
    ['a line break in the password', { ...basic, password: 'a\r\nb' }, 'password'],
    ['no password', { type: 'basic', username: 'a' }, 'password'],
    ['neither user nor password', { ...basic, username: '', password: '' }, 'username'],
    ['no value of the header', { type: 'header', name: 'X-Key' }, 'value'],
    ['a line break in the value', { ...header, value: 'a\r\nHost: b' }, 'value'],
    ['a space around the value', { ...header, value: 'a ' }, 'value'],
    ['a value that is not ASCII', { ...header, value: 'é' }, 'value'],
    ['a line break in the audience', { ...oauth2, audience: 'a\nb' }, 'audience'],
    ['another way to prove itself', { ...oauth2, token_auth: 'private_key_jwt' }, 'token_auth'],
    ['a space in the token', { ...bearer, token: 'a b' }, 'token'],
    ['a line break in the token', { ...bearer, token: 'a\r\nHost: b' }, 'token'],
    ['a token that is not ASCII', { ...bearer, token: 'é' }, 'token'],
    ['no token', { type: 'bearer' }, 'token'],
    ['a scope with a quote', { ...oauth2, scope: 'a "b"' }, 'scope'],
    ['a scope with two spaces', { ...oauth2, scope: 'a  b' }, 'scope'],
  ])('refuses %s', (_, auth, field) => {
    const paths = endpointAuth.safeParse(auth).error?.issues.map(({ path }) => path.join('.'));
    expect(paths).toEqual([field]);
  });
});

describe('the name of a header with credentials', () => {
  it.each(['Authorization', 'Private-Token', 'X-API-Key', 'CF-Access-Client-Secret'])(
    'may be %s',
    (name) => {
      expect(endpointAuth.safeParse({ ...header, name }).error).toBeUndefined();
    },
  );

  it.each([
    '',
    'X A',
    'X-A:',
    'X-Ä',
    'Host',
    'Connection',
    'TE',
    'Transfer-Encoding',
    'Content-Length',
    'Content-Type',
    'Proxy-Authorization',
    'X-Forwarded-For',
    'Webhook-Signature',
    'svix-id',
    'X-Hub-Signature-256',
    'X-Webhook-ID',
    'Metadata-Flavor',
    'CF-Connecting-IP',
  ])('may not be "%s"', (name) => {
    const issues = endpointAuth.safeParse({ ...header, name }).error?.issues;
    expect(issues?.map(({ path }) => path.join('.'))).toEqual(['name']);
  });
});

describe('auth of an endpoint', () => {
  it('is a header, or a certificate for the connection', () => {
    expect(credentialsOf(basic)).toEqual({
      header: ['Authorization', `Basic ${Buffer.from('usér:p:ss', 'utf8').toString('base64')}`],
    });
    expect(credentialsOf(userOnly)).toEqual({
      header: ['Authorization', `Basic ${Buffer.from('s3cret key:').toString('base64')}`],
    });
    expect(credentialsOf(bearer)).toEqual({ header: ['Authorization', 'Bearer t0ken'] });
    expect(credentialsOf(header)).toEqual({ header: ['Authorization', 'GenieKey s3cret'] });
    expect(credentialsOf({ type: 'mtls', certificate: 'c', private_key: 'k' })).toEqual({
      clientCertificate: { certificate: 'c', privateKey: 'k' },
    });
  });

  it.each([basic, userOnly, passwordOnly, header, bearer, oauth2, everyOAuth])(
    'shows $type without its secret, and takes the mask back',
    (auth) => {
      const shown = maskedAuth(auth);
      expect(JSON.stringify(shown)).not.toMatch(/p:ss|t0ken|s3cret/);
      expect(JSON.stringify(shown)).toContain(secretMask);
      expect(unmaskedAuth(shown, auth)).toEqual(auth);
      expect(unmaskedAuth(auth, null)).toEqual(auth);
    },
  );

  it.each([
    ['nothing stored', maskedAuth(bearer), null, '/auth/token'],
    ['another way stored', maskedAuth(bearer), basic, '/auth/token'],
    [
      'another header, which the endpoint might show',
      { ...header, name: 'X-Echo', value: secretMask },
      header,
      '/auth/value',
    ],
    [
      'a user shown beside a password',
      { ...basic, username: secretMask, password: '' },
      basic,
      '/auth/username',
    ],
    [
      'another token endpoint, which could be a stranger’s',
      maskedAuth({ ...oauth2, token_url: 'https://evil.example.com/token' }),
      oauth2,
      '/auth/client_secret',
    ],
  ])('does not keep a secret with %s', (...row) => {
    const [, given, stored, pointer] = row;
    expect(() => unmaskedAuth(given, stored)).toThrow(
      expect.objectContaining({
        fields: [{ pointer, detail: expect.stringContaining('must be the actual secret') }],
      }),
    );
  });

  it.each(['p', secretMask])('never shows a key that was a user without a password', (password) => {
    const given = { ...userOnly, username: secretMask, password };
    expect(() => unmaskedAuth(given, userOnly)).toThrow(/must be the actual (user name|secret)/);
  });

  it('keeps the value of a header whose name is written in another case', () => {
    const given = { ...header, name: 'authorization', value: secretMask };
    expect(unmaskedAuth(given, header)).toEqual({ ...header, name: 'authorization' });
  });

  it('refuses what is not a certificate', () => {
    const auth: EndpointAuth = { type: 'mtls', certificate: 'no', private_key: 'no' };
    expect(() => unmaskedAuth(auth, null)).toThrow('auth/certificate must be a certificate');
  });
});
