import { describe, expect, it } from 'vitest';
import type { EndpointAuth } from '../../lambdas/contract/endpoint-auth.ts';
import { endpointAuth } from '../../lambdas/contract/endpoint-auth.ts';
import { secretMask } from '../../lambdas/contract/secret-mask.ts';
import { credentialsOf, maskedAuth, unmaskedAuth } from '../../lambdas/core/endpoint-auth.ts';

const basic = { type: 'basic' as const, username: 'usér', password: 'p:ss' };
const bearer = { type: 'bearer' as const, token: 't0ken' };
const oauth2 = {
  type: 'oauth2' as const,
  token_url: 'https://auth.example.com/token',
  client_id: 'client',
  client_secret: 's3cret',
  scope: 'webhooks write',
};

describe('endpointAuth', () => {
  it.each([basic, bearer, oauth2])('takes $type', (auth) => {
    expect(endpointAuth.parse(auth)).toEqual(auth);
  });

  it.each([
    ['another type', { type: 'digest', username: 'a', password: 'b' }, 'type'],
    ['a colon in the user', { ...basic, username: 'a:b' }, 'username'],
    ['a line break in the user', { ...basic, username: 'a\nb' }, 'username'],
    ['a line break in the password', { ...basic, password: 'a\r\nb' }, 'password'],
    ['no password', { type: 'basic', username: 'a' }, 'password'],
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

describe('auth of an endpoint', () => {
  it('is a header, or a certificate for the connection', () => {
    expect(credentialsOf(basic)).toEqual({
      authorization: `Basic ${Buffer.from('usér:p:ss', 'utf8').toString('base64')}`,
    });
    expect(credentialsOf(bearer)).toEqual({ authorization: 'Bearer t0ken' });
    expect(credentialsOf({ type: 'mtls', certificate: 'c', private_key: 'k' })).toEqual({
      clientCertificate: { certificate: 'c', privateKey: 'k' },
    });
  });

  it.each([basic, bearer, oauth2])(
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
      'another token endpoint, which could be a stranger’s',
      maskedAuth({ ...oauth2, token_url: 'https://evil.example.com/token' }),
      oauth2,
      '/auth/client_secret',
    ],
  ])('does not keep a secret with %s', (...row) => {
    const [, given, stored, pointer] = row;
    expect(() => unmaskedAuth(given, stored)).toThrow(
      expect.objectContaining({
        fields: [{ pointer, detail: expect.stringContaining('must be the secret itself') }],
      }),
    );
  });

  it('refuses what is not a certificate', () => {
    const auth: EndpointAuth = { type: 'mtls', certificate: 'no', private_key: 'no' };
    expect(() => unmaskedAuth(auth, null)).toThrow('auth/certificate must be a certificate');
  });
});
