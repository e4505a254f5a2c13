// How events are verified at ingest: a well-known sender's scheme, an HMAC of the body in a header,
// or a token in one.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';
import { pastedSecret } from '../signing/pasted-secret.ts';
import { secretMask } from '../signing/secret-mask.ts';
import { topicArn } from './topic-arn.ts';

const description =
  "What the sender signs with, or sends; null means the subscription's own secret. Written, never read back: " +
  `\`${secretMask}\` in an update keeps the stored one.`;

const given = pastedSecret.min(1);
const secret = given.nullable().default(null).meta({ description });

/** Of any length: the sender made it. Some omit the padding. */
function isStandardKey(text: string): boolean {
  if (text.startsWith('whpk_')) return false;
  if (!text.startsWith('whsec_')) return true;
  const base64 = text.slice('whsec_'.length).replace(/=+$/, '');
  const key = Buffer.from(base64, 'base64');
  return key.length > 0 && key.toString('base64').replace(/=+$/, '') === base64;
}

const standardSecret = given
  .refine(isStandardKey, 'must be base64 after whsec_; a public key (whpk_) cannot verify here')
  .nullable()
  .default(null)
  .meta({ description });

const dedupe = z
  .boolean()
  .optional()
  .meta({
    description:
      'Treats a body with the same signature as one accepted within 24 hours as the same event: a replayed request is not ' +
      'delivered again. Not for senders that repeat bodies on purpose. Other schemes sign an id or a time and do not need it.',
  });

const headerName = z
  .string()
  .max(limits.customHeaderNameLengthMax)
  .regex(/^[A-Za-z0-9][A-Za-z0-9!#$%&'*+.^_`|~-]*$/, 'must be a valid HTTP header name');

/** That header carries the API key. */
const tokenHeader = headerName.refine(
  (name) => name.toLowerCase() !== 'x-api-key',
  'must not be X-API-Key',
);

const schemes = [
  z.strictObject({ scheme: z.enum(['slack', 'stripe', 'zoom']), secret }),
  z.strictObject({ scheme: z.literal('standard'), secret: standardSecret }),
  z.strictObject({ scheme: z.enum(['github', 'shopify']), secret, dedupe }),
  z.strictObject({
    scheme: z.literal('meta').meta({ description: 'Facebook, Instagram, WhatsApp, Threads' }),
    secret: secret.meta({ description: `The app secret. ${description}` }),
    verify_token: given.meta({
      description: 'What Meta sends to verify that the URL is yours. Write-only.',
    }),
    dedupe,
  }),
  z.strictObject({
    scheme: z.literal('hmac').meta({ description: 'An HMAC of the body in a header' }),
    header: headerName,
    algorithm: z.enum(['sha1', 'sha256', 'sha512']).default('sha256'),
    encoding: z.enum(['base64', 'hex']).default('hex'),
    prefix: z
      .string()
      .max(limits.signaturePrefixLengthMax)
      .regex(/^[!-~]*$/, 'must be ASCII characters without spaces')
      .default('')
      .meta({ description: 'The prefix of the signature, such as sha256=' }),
    secret,
    dedupe,
  }),
  z.strictObject({
    scheme: z.literal('token').meta({
      description: 'The secret itself in a header, such as `X-Gitlab-Token`: signs nothing',
    }),
    header: tokenHeader,
    secret,
  }),
  z.strictObject({
    scheme: z.literal('okta').meta({ description: 'The secret itself in a header' }),
    header: tokenHeader.default('Authorization'),
    secret,
  }),
  z.strictObject({
    scheme: z.literal('sns').meta({ description: "Amazon SNS, by Amazon's own signature" }),
    topic_arn: topicArn,
  }),
] as const;

function wrongScheme(issue: { code?: string }): string | undefined {
  return issue.code === 'invalid_union'
    ? 'must be github, hmac, meta, okta, shopify, slack, sns, standard, stripe, token or zoom'
    : undefined;
}

export const verification = z
  .discriminatedUnion('scheme', schemes, { error: wrongScheme })
  .meta({ id: 'VerificationFields' });

/** As shown, with a mask. */
export const shownVerification = z
  .discriminatedUnion('scheme', schemes)
  .meta({ id: 'Verification' });

export type Verification = z.infer<typeof verification>;

/** Schemes whose sender shares a secret with us. */
export type SharedVerification = Exclude<Verification, { scheme: 'sns' }>;
