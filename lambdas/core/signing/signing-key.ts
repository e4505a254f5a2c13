// The asymmetric keys of Standard Webhooks. A private key (`whsk_`) is the base64 of an ed25519
// seed and its public key, 32 bytes each; a public key (`whpk_`) stands alone and is shown to
// receivers.
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const privatePrefix = 'whsk_';
const publicPrefix = 'whpk_';
const keyLength = 32;
// RFC 8410, 7: the PKCS #8 prefix of the 32-byte seed.
const pkcs8Start = Buffer.from('302e020100300506032b657004220420', 'hex');

export function isSigningKey(secret: string): boolean {
  return secret.startsWith(privatePrefix);
}

/** @param seed 32 random bytes */
export function signingKeyFrom(seed: Uint8Array): string {
  const bytes = Buffer.concat([seed, publicBytesOf(privateKeyOf(seed))]);
  return privatePrefix + bytes.toString('base64');
}

/** The `whpk_` key that verifies what a `whsk_` key signs. */
export function publicKeyOf(signingKey: string): string {
  return publicPrefix + publicBytesOf(privateKeyOf(seedOf(signingKey))).toString('base64');
}

export function signWithKey(signingKey: string, content: Uint8Array): Buffer {
  return sign(null, content, privateKeyOf(seedOf(signingKey)));
}

function seedOf(signingKey: string): Buffer {
  return Buffer.from(signingKey.slice(privatePrefix.length), 'base64').subarray(0, keyLength);
}

function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Start, seed]), format: 'der', type: 'pkcs8' });
}

function publicBytesOf(privateKey: KeyObject): Buffer {
  // RFC 8410, 4: the 32 bytes come last.
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-keyLength);
}
