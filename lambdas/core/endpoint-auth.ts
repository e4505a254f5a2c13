// How the service proves to an endpoint who it is, as the API takes it. Its secret is never shown.
import type { EndpointAuth } from '../contract/endpoint-auth.ts';
import { secretMask } from '../contract/secret-mask.ts';
import { clientCertificateProblem } from './client-certificate.ts';
import type { ClientCertificate } from './client-certificate.ts';
import { keptSecret } from './kept-secret.ts';
import { invalidField } from './service-error.ts';

export type OAuthClient = Extract<EndpointAuth, { type: 'oauth2' }>;

export function maskedAuth(auth: EndpointAuth | null): EndpointAuth | null {
  return auth === null ? null : withSecret(auth, secretMask);
}

/** The auth to store. Its mask keeps the stored secret, but never sends it to another token endpoint. */
export function unmaskedAuth(
  given: EndpointAuth | null,
  stored: EndpointAuth | null,
): EndpointAuth | null {
  if (given === null) return null;
  const isSameUse =
    stored?.type === given.type &&
    (given.type !== 'oauth2' || given.token_url === (stored as OAuthClient).token_url);
  const { name, secret } = secretOf(given);
  const before = isSameUse ? secretOf(stored).secret : null;
  const auth = withSecret(given, keptSecret(secret, before, `/auth/${name}`));
  if (auth.type === 'mtls') checkKeyPair(auth.certificate, auth.private_key);
  return auth;
}

/** What a request carries to authenticate; for an OAuth client that is a token of its own, as `bearer`. */
export function credentialsOf(auth: Exclude<EndpointAuth, OAuthClient>): {
  authorization?: string;
  clientCertificate?: ClientCertificate;
} {
  switch (auth.type) {
    case 'basic': {
      const pair = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
      return { authorization: `Basic ${pair}` };
    }
    case 'bearer':
      return { authorization: `Bearer ${auth.token}` };
    case 'mtls':
      return {
        clientCertificate: { certificate: auth.certificate, privateKey: auth.private_key },
      };
  }
}

function secretOf(auth: EndpointAuth): { name: string; secret: string } {
  switch (auth.type) {
    case 'basic':
      return { name: 'password', secret: auth.password };
    case 'bearer':
      return { name: 'token', secret: auth.token };
    case 'oauth2':
      return { name: 'client_secret', secret: auth.client_secret };
    case 'mtls':
      return { name: 'private_key', secret: auth.private_key };
  }
}

function withSecret(auth: EndpointAuth, secret: string): EndpointAuth {
  switch (auth.type) {
    case 'basic':
      return { ...auth, password: secret };
    case 'bearer':
      return { ...auth, token: secret };
    case 'oauth2':
      return { ...auth, client_secret: secret };
    case 'mtls':
      return { ...auth, private_key: secret };
  }
}

function checkKeyPair(certificate: string, privateKey: string): void {
  const problem = clientCertificateProblem({ certificate, privateKey });
  if (problem !== null) throw invalidField(`/auth/${problem.field}`, problem.detail);
}
