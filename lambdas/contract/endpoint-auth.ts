// How the service proves to an endpoint who it is, beyond the signature. Passwords, tokens and keys are written, never
// read back: a response has the mask instead, and the mask in an update leaves what is stored.
import * as z from 'zod';
import { limits } from './limits.ts';
import { secretMask } from './secret-mask.ts';

const credential = z.string().min(1).max(limits.credentialLengthMax);
const pem = z.string().min(1).max(limits.pemLengthMax);

const noControls = /^[^\p{Cc}]*$/u;

const ways = [
  z.strictObject({
    type: z.literal('basic'),
    // RFC 7617, 2: "a user-id containing a colon character is invalid".
    username: credential.regex(/^[^:\p{Cc}]+$/u, 'must not have colons or control characters'),
    password: credential.regex(noControls, 'must not have control characters'),
  }),
  z.strictObject({
    type: z.literal('bearer'),
    token: credential.regex(
      new RegExp(`^([!-~]+|${secretMask})$`),
      'must be ASCII characters without spaces',
    ),
  }),
  z.strictObject({
    type: z.literal('oauth2').meta({ description: 'Client credentials (RFC 6749, 4.4)' }),
    token_url: z.string().min(1).max(limits.targetUrlLengthMax),
    client_id: credential.regex(noControls, 'must not have control characters'),
    client_secret: credential.regex(noControls, 'must not have control characters'),
    scope: credential
      .regex(/^[!#-[\]-~]+( [!#-[\]-~]+)*$/, 'must be scopes with single spaces between')
      .nullable()
      .default(null),
  }),
  z.strictObject({
    type: z.literal('mtls').meta({ description: 'TLS with a client certificate' }),
    certificate: pem.meta({
      description: `PEM; a chain of at most ${limits.clientChainCertificatesMax} starts with the certificate itself`,
    }),
    private_key: pem.meta({
      description: `PEM, not encrypted: RSA of ${limits.clientKeyBitsMin} to ${limits.clientKeyBitsMax} bits, EC on P-256 or P-384, or Ed25519`,
    }),
  }),
] as const;

function wrongWay(issue: { code?: string }): string | undefined {
  return issue.code === 'invalid_union' ? 'must be basic, bearer, oauth2 or mtls' : undefined;
}

export const endpointAuth = z.discriminatedUnion('type', ways, { error: wrongWay }).meta({
  id: 'EndpointAuthFields',
  description: `Secrets are written, never read back: \`${secretMask}\` in an update leaves one as it is.`,
});

/** As it is shown, with masks. */
export const shownAuth = z.discriminatedUnion('type', ways).meta({ id: 'EndpointAuth' });

export type EndpointAuth = z.infer<typeof endpointAuth>;
