// How the service authenticates to an endpoint, besides the signature. Passwords, tokens and keys
// are write-only: a response has the mask instead, and the mask in an update keeps the stored
// value.
import * as z from 'zod';
import { headerNameComplaint, headerNamePattern, headerValuePattern } from './header-name.ts';
import { limits } from '../limits/limits.ts';
import { secretMask } from '../signing/secret-mask.ts';

const credential = z.string().min(1).max(limits.credentialLengthMax);
const pem = z.string().min(1).max(limits.pemLengthMax);

const noControls = /^[^\p{Cc}]*$/u;

/**
 * Many APIs take a key as user name without a password, or a token as password without a user name.
 */
const half = z.string().max(limits.credentialLengthMax);

const headerName = z
  .string()
  .superRefine((name, context) => {
    const complaint = headerNameComplaint(name);
    if (complaint !== null) context.addIssue(complaint);
  })
  .meta({
    shownAs: { pattern: headerNamePattern.source, maxLength: limits.customHeaderNameLengthMax },
    description: 'Such as `Authorization`, `Private-Token` or `CF-Access-Client-Secret`',
  });

const ways = [
  z
    .strictObject({
      type: z.literal('basic'),
      // RFC 7617, 2: "a user-id containing a colon character is invalid".
      username: half.regex(/^[^:\p{Cc}]*$/u, 'must not contain colons or control characters'),
      password: half.regex(noControls, 'must not contain control characters'),
    })
    .refine(({ username, password }) => username !== '' || password !== '', {
      path: ['username'],
      error: 'must not be empty if the password is empty',
    })
    .meta({
      description:
        'Sent as UTF-8. Either may be empty; a user name without a password is treated as the secret and not shown',
      not: { properties: { username: { const: '' }, password: { const: '' } } },
    }),
  z.strictObject({
    type: z.literal('bearer'),
    token: credential.regex(
      new RegExp(`^([!-~]+|${secretMask})$`),
      'must be ASCII characters without spaces',
    ),
  }),
  z
    .strictObject({
      type: z.literal('header'),
      name: headerName,
      value: credential.regex(
        new RegExp(`${headerValuePattern.source}|^${secretMask}$`),
        'must be printable ASCII characters, without surrounding spaces',
      ),
    })
    .meta({ description: 'A header of any name and its full value, including a scheme if any' }),
  z.strictObject({
    type: z.literal('oauth2').meta({ description: 'Client credentials (RFC 6749, 4.4)' }),
    token_url: z.string().min(1).max(limits.targetUrlLengthMax),
    client_id: credential.regex(noControls, 'must not contain control characters'),
    client_secret: credential.regex(noControls, 'must not contain control characters'),
    scope: credential
      .regex(/^[!#-[\]-~]+( [!#-[\]-~]+)*$/, 'must be scopes separated by single spaces')
      .nullable()
      .default(null),
    audience: credential
      .regex(noControls, 'must not contain control characters')
      .nullable()
      .optional()
      .meta({ description: 'Requested along with the scope, as Auth0 and others require' }),
    token_auth: z.enum(['client_secret_basic', 'client_secret_post']).optional().meta({
      description:
        'How the client proves itself to the token endpoint: `client_secret_basic` if not given',
    }),
  }),
  z.strictObject({
    type: z.literal('mtls').meta({ description: 'TLS with a client certificate' }),
    certificate: pem.meta({
      description: `PEM; a chain of at most ${limits.clientChainCertificatesMax} certificates, starting with the client's own`,
    }),
    private_key: pem.meta({
      description: `PEM, not encrypted: RSA of ${limits.clientKeyBitsMin} to ${limits.clientKeyBitsMax} bits, EC on P-256 or P-384, or Ed25519`,
    }),
  }),
] as const;

function wrongWay(issue: { code?: string }): string | undefined {
  return issue.code === 'invalid_union'
    ? 'must be basic, bearer, header, oauth2 or mtls'
    : undefined;
}

export const endpointAuth = z.discriminatedUnion('type', ways, { error: wrongWay }).meta({
  id: 'EndpointAuthFields',
  description: `Secrets are write-only: \`${secretMask}\` in an update keeps the stored one.`,
});

/** As shown, with masks. */
export const shownAuth = z.discriminatedUnion('type', ways).meta({ id: 'EndpointAuth' });

export type EndpointAuth = z.infer<typeof endpointAuth>;
