// The secrets of a subscription. A rotation puts a new one in front; earlier ones keep signing
// during an overlap, so that the receiver can switch without losing an event.
import { limits } from '../../contract/limits/limits.ts';
import { plausible } from '../shared/plausible.ts';
import { ServiceError } from '../shared/service-error.ts';
import { isSigningKey } from './signing-key.ts';

export type PreviousSecret = { secret: string; expiresAt: number };

/** Which secret signs the header that holds only one signature. */
export type HubSignature = 'current' | 'previous';

export type SigningSecrets = {
  /** Null signs nothing. */
  secret: string | null;
  /** Newest first. */
  previousSecrets: readonly PreviousSecret[];
};

/** A `whsec_` secret. @param chance 32 random bytes */
export function sharedSecretFrom(chance: Uint8Array): string {
  return `whsec_${Buffer.from(chance).toString('base64')}`;
}

/** The secrets that sign now, newest first. */
export function activeSecrets(secrets: SigningSecrets, now: number): string[] {
  if (secrets.secret === null) return [];
  const previous = secrets.previousSecrets.filter(
    ({ expiresAt }) => plausible(expiresAt, now, limits.secretOverlapMsMax) > now,
  );
  return [secrets.secret, ...previous.map(({ secret }) => secret)];
}

/**
 * The secret for `X-Hub-Signature-256`, which holds only one signature: the current one, or
 * optionally the oldest that still signs. Null if none can.
 */
export function hubSecretOf(
  secrets: SigningSecrets & { hubSignature: HubSignature },
  now: number,
): string | null {
  const [current, ...previous] = activeSecrets(secrets, now);
  const oldest = previous.findLast((secret) => !isSigningKey(secret));
  const chosen = secrets.hubSignature === 'previous' ? (oldest ?? current) : current;
  return chosen === undefined || isSigningKey(chosen) ? null : chosen;
}

/**
 * Makes `rotation.secret` the current one. No earlier secret signs beyond the overlap from now, so
 * an overlap of zero retires a leaked secret immediately.
 */
export function rotateSecret(
  before: SigningSecrets,
  rotation: { secret: string; overlapMs: number; now: number },
): SigningSecrets {
  const { secret, overlapMs, now } = rotation;
  const until = now + overlapMs;
  const replaced = before.secret === null ? [] : [{ secret: before.secret, expiresAt: until }];
  const previousSecrets = [...replaced, ...before.previousSecrets]
    .map((previous) => ({ ...previous, expiresAt: Math.min(previous.expiresAt, until) }))
    .filter((previous) => previous.expiresAt > now && previous.secret !== secret);
  if (previousSecrets.length > limits.previousSecretsMax) {
    throw new ServiceError(
      'limit-exceeded',
      `${limits.previousSecretsMax} earlier secrets still sign: wait until one expires, or rotate without an overlap`,
    );
  }
  return { secret, previousSecrets };
}
