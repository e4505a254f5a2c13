// API keys: `whk_<id>_<secret><checksum>`. The id finds the row; the row holds only the SHA-256 of
// the whole key. The checksum is not secret: it catches truncated, mistyped and made-up keys before
// any lookup.
import { createHash, timingSafeEqual } from 'node:crypto';

export const scopes = ['admin', 'publish', 'read'] as const;
export type Scope = (typeof scopes)[number];

export type ApiKey = {
  tenant: string;
  id: string;
  name: string | null;
  scopes: readonly Scope[];
  /** SHA-256 of the whole key, hex. */
  hash: string;
  createdAt: number;
};

const keyPattern = /^(whk_([0-9a-f]{16})_[A-Za-z0-9_-]{43})([0-9a-f]{8})$/;

/** The key text and its stored form, from 8 random bytes for the id and 32 for the secret. */
export function makeApiKey(
  chance: { id: Uint8Array; secret: Uint8Array },
  about: Pick<ApiKey, 'tenant' | 'name' | 'scopes' | 'createdAt'>,
): { text: string; key: ApiKey } {
  const id = Buffer.from(chance.id).toString('hex');
  const plain = `whk_${id}_${Buffer.from(chance.secret).toString('base64url')}`;
  const text = plain + checksumOf(plain);
  return { text, key: { ...about, id, hash: hashOf(text) } };
}

/** The id in a key's text; null if the text cannot be a key. */
export function apiKeyIdOf(text: string): string | null {
  const [, plain = '', id = null, checksum] = keyPattern.exec(text) ?? [];
  return checksum === checksumOf(plain) ? id : null;
}

export function isApiKeyId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

export function matchesApiKey(key: ApiKey, text: string): boolean {
  return timingSafeEqual(Buffer.from(key.hash, 'hex'), Buffer.from(hashOf(text), 'hex'));
}

/** `admin` may do everything. */
export function allows(granted: readonly Scope[], needed: Scope): boolean {
  return granted.includes('admin') || granted.includes(needed);
}

function checksumOf(plain: string): string {
  return hashOf(plain).slice(0, 8);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
