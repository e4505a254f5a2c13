// Replaces the secret of a subscription. Earlier ones keep signing during an overlap.
import { limits } from '../../contract/limits/limits.ts';
import type { SecretRotation } from '../../contract/signing/signing-secret.ts';
import type { SubscriptionId } from '../../core/ids.ts';
import { rotateSecret as rotated, sharedSecretFrom } from '../../core/signing/secrets.ts';
import { signingKeyFrom } from '../../core/signing/signing-key.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { changeSubscription } from './change-subscription.ts';
import type { Context } from '../context.ts';

export type RotatedSecret = {
  subscription: Subscription;
  /** The shared secret to hand to the receiver; null if there is none. */
  sharedSecret: string | null;
};

export async function rotateSecret(
  context: Context,
  key: { tenant: string; id: SubscriptionId },
  rotation: SecretRotation,
): Promise<RotatedSecret> {
  const { type = 'hmac', overlap_seconds: overlap } = rotation;
  const chance = context.chance.bytes(32);
  const made = type === 'hmac' ? sharedSecretFrom(chance) : signingKeyFrom(chance);
  const secret = rotation.secret ?? made;
  const overlapMs = overlap === undefined ? limits.secretOverlapMsDefault : overlap * 1_000;
  const subscription = await changeSubscription(context, key, (before, now) => ({
    ...before,
    ...rotated(before, { secret, overlapMs, now }),
    updatedAt: now,
    version: before.version + 1,
  }));
  // The private half of a key pair stays here: the receiver verifies with the public one.
  const isShared = rotation.secret === undefined && type === 'hmac';
  return { subscription, sharedSecret: isShared ? secret : null };
}
