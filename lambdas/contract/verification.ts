// How events are verified when they are ingested: the way of a well-known sender, or an HMAC of the body in a header.
import * as z from 'zod';
import { limits } from './limits.ts';
import { secretMask } from './secret-mask.ts';

const secret = z
  .string()
  .min(1)
  .max(limits.secretLengthMax)
  .nullable()
  .default(null)
  .meta({
    description:
      "What the sender signs with; null means the subscription's own secret. Written, never read back: " +
      `\`${secretMask}\` in an update leaves it as it is.`,
  });

const dedupe = z
  .boolean()
  .optional()
  .meta({
    description:
      'Takes a body that is signed as one taken within a day for the same event: a recorded request, played again, is not ' +
      'delivered again. Not for senders whose bodies are alike on purpose. Other schemes sign an id or a time, and need none.',
  });

const schemes = [
  z.strictObject({ scheme: z.enum(['slack', 'standard', 'stripe']), secret }),
  z.strictObject({ scheme: z.enum(['github', 'shopify']), secret, dedupe }),
  z.strictObject({
    scheme: z.literal('hmac').meta({ description: 'An HMAC of the body in a header' }),
    header: z
      .string()
      .max(limits.customHeaderNameLengthMax)
      .regex(/^[A-Za-z0-9][A-Za-z0-9!#$%&'*+.^_`|~-]*$/, 'must be a name that HTTP allows'),
    algorithm: z.enum(['sha1', 'sha256', 'sha512']).default('sha256'),
    encoding: z.enum(['base64', 'hex']).default('hex'),
    prefix: z
      .string()
      .max(limits.signaturePrefixLengthMax)
      .regex(/^[!-~]*$/, 'must be ASCII characters without spaces')
      .default('')
      .meta({ description: 'What stands before the signature, such as sha256=' }),
    secret,
    dedupe,
  }),
] as const;

function wrongScheme(issue: { code?: string }): string | undefined {
  return issue.code === 'invalid_union'
    ? 'must be github, hmac, shopify, slack, standard or stripe'
    : undefined;
}

export const verification = z
  .discriminatedUnion('scheme', schemes, { error: wrongScheme })
  .meta({ id: 'VerificationFields' });

/** As it is shown, with a mask. */
export const shownVerification = z
  .discriminatedUnion('scheme', schemes)
  .meta({ id: 'Verification' });

export type Verification = z.infer<typeof verification>;
