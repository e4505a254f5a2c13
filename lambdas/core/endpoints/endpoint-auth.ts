// How the service authenticates to an endpoint, as set through the API. The secret is never shown.
import type { EndpointAuth } from '../../contract/endpoints/endpoint-auth.ts';
import { secretMask } from '../../contract/signing/secret-mask.ts';
import { clientCertificateProblem } from './client-certificate.ts';
import type { ClientCertificate } from './client-certificate.ts';
import { unmaskedSecret } from '../signing/masked-secret.ts';
import { invalidField } from '../shared/service-error.ts';

export type OAuthClient = Extract<EndpointAuth, { type: 'oauth2' }>;

export function maskedAuth(auth: EndpointAuth | null): EndpointAuth | null {
  return auth === null ? null : withSecret(auth, secretMask);
}

/**
 * The auth to store. The mask keeps the stored secret, but never lets it be sent elsewhere or
 * shown.
 */
export function unmaskedAuth(
  given: EndpointAuth | null,
  stored: EndpointAuth | null,
): EndpointAuth | null {
  if (given === null) return null;
  const { name, secret } = secretOf(given);
  const before = stored !== null && isSameUse(given, stored) ? secretOf(stored).secret : null;
  const auth = withSecret(given, unmaskedSecret(secret, before, `/auth/${name}`));
  // With a password the user name is shown, which would reveal a secret stored in its place.
  if (auth.type === 'basic' && auth.username === secretMask) {
    throw invalidField('/auth/username', 'must be the actual user name when there is a password');
  }
  if (auth.type === 'mtls') checkKeyPair(auth.certificate, auth.private_key);
  return auth;
}

/** Whether the stored secret would go to the same place as before. */
function isSameUse(given: EndpointAuth, stored: EndpointAuth): boolean {
  return useOf(given) === useOf(stored);
}

function useOf(auth: EndpointAuth): string {
  switch (auth.type) {
    case 'basic':
      return `basic ${secretOf(auth).name}`;
    case 'header':
      return `header ${auth.name.toLowerCase()}`;
    case 'oauth2':
      return `oauth2 ${auth.token_url}`;
    case 'bearer':
    case 'mtls':
      return auth.type;
  }
}

/** The credentials that a request carries; for an OAuth client its token, as `bearer`. */
export function credentialsOf(auth: Exclude<EndpointAuth, OAuthClient>): {
  header?: readonly [name: string, value: string];
  clientCertificate?: ClientCertificate;
} {
  switch (auth.type) {
    case 'basic': {
      const pair = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
      return { header: ['Authorization', `Basic ${pair}`] };
    }
    case 'bearer':
      return { header: ['Authorization', `Bearer ${auth.token}`] };
    case 'header':
      return { header: [auth.name, auth.value] };
    case 'mtls':
      return {
        clientCertificate: { certificate: auth.certificate, privateKey: auth.private_key },
      };
  }
}

function secretOf(auth: EndpointAuth): { name: string; secret: string } {
  switch (auth.type) {
    case 'basic':
      return auth.password === ''
        ? { name: 'username', secret: auth.username }
        : { name: 'password', secret: auth.password };
    case 'bearer':
      return { name: 'token', secret: auth.token };
    case 'header':
      return { name: 'value', secret: auth.value };
    case 'oauth2':
      return { name: 'client_secret', secret: auth.client_secret };
    case 'mtls':
      return { name: 'private_key', secret: auth.private_key };
  }
}

function withSecret(auth: EndpointAuth, secret: string): EndpointAuth {
  return { ...auth, [secretOf(auth).name]: secret };
}

function checkKeyPair(certificate: string, privateKey: string): void {
  const problem = clientCertificateProblem({ certificate, privateKey });
  if (problem !== null) throw invalidField(`/auth/${problem.field}`, problem.detail);
}
