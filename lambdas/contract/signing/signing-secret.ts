// The signing secret of a subscription, and its rotation.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';
import { pastedSecret } from './pasted-secret.ts';
import { secretMask } from './secret-mask.ts';

/** Standard Webhooks keys must be decodable by receivers' libraries. */
const keySizes = [
  { prefix: 'whsec_', bytesMin: 24, bytesMax: 64 },
  { prefix: 'whsk_', bytesMin: 64, bytesMax: 64 },
];

function isUsableSecret(secret: string): boolean {
  const size = keySizes.find(({ prefix }) => secret.startsWith(prefix));
  if (size === undefined) return !secret.startsWith('whpk_');
  const base64 = secret.slice(size.prefix.length);
  const key = Buffer.from(base64, 'base64');
  // Node's decoder skips invalid characters; only valid base64 encodes back to itself.
  if (key.toString('base64') !== base64) return false;
  return key.length >= size.bytesMin && key.length <= size.bytesMax;
}

const text = pastedSecret.refine(
  isUsableSecret,
  'must be base64 of 24 to 64 bytes after whsec_, or of 64 after whsk_',
);

const newText = text.refine(
  (secret) => secret !== secretMask,
  'must be the actual secret, not its mask',
);

const description =
  'Signs deliveries. `whsec_` and base64 of 24 to 64 bytes; `whsk_` and base64 of an ed25519 seed and its public ' +
  'key; or any other text. What a copy left around a key (spaces, quotes, `v1,`) is taken off; around other texts it is ' +
  'refused. Null or empty means none. Write-only: ' +
  `\`${secretMask}\` in an update keeps it. A new secret applies at once; \`rotate-secret\` lets ` +
  'the earlier one keep signing for a while.';

export const signingSecret = text.nullable().meta({ description });
export const newSigningSecret = newText.nullable().meta({ description });

export const hubSignature = z.enum(['current', 'previous']).meta({
  description:
    'Which secret makes `X-Hub-Signature-256`, which has room for one: the current one, or the oldest that still signs ' +
    'after a rotation, for a receiver that has not switched yet',
});

export const secretRotation = z
  .strictObject({
    secret: newText.min(1).meta({ description: 'Generated unless given' }),
    type: z.enum(['hmac', 'ed25519']).meta({
      description:
        'What to generate: a `whsec_` secret to share with the receiver (the default), or a `whsk_` key ' +
        'whose public half the receiver reads from the subscription',
    }),
    overlap_seconds: z
      .number()
      .int()
      .min(0)
      .max(limits.secretOverlapMsMax / 1_000)
      .meta({
        description:
          `How long earlier secrets keep signing; ${limits.secretOverlapMsDefault / 1_000} unless ` +
          'given, 0 retires them now',
      }),
  })
  .partial()
  .meta({ id: 'SecretRotation' });

export type SecretRotation = z.infer<typeof secretRotation>;
