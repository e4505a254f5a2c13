import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  allows,
  apiKeyIdOf,
  makeApiKey,
  matchesApiKey,
} from '../../../lambdas/core/access/api-key.ts';

function aKey() {
  return makeApiKey(
    { id: randomBytes(8), secret: randomBytes(32) },
    { tenant: 'default', name: null, scopes: ['read'], createdAt: 1 },
  );
}

describe('API keys', () => {
  it('match their own text and nothing else', () => {
    const { text, key } = aKey();
    expect(apiKeyIdOf(text)).toBe(key.id);
    expect(matchesApiKey(key, text)).toBe(true);
    expect(matchesApiKey(key, aKey().text)).toBe(false);
    expect(matchesApiKey(key, text.slice(0, -1))).toBe(false);
  });

  it('reject truncated, mistyped and made-up text before any lookup', () => {
    const { text, key } = aKey();
    const at = (index: number) => (text[index] === 'a' ? 'b' : 'a');
    for (const index of [4, 12, 25, 60, text.length - 1]) {
      const other = text.slice(0, index) + at(index) + text.slice(index + 1);
      expect(apiKeyIdOf(other), other).toBeNull();
    }
    expect(apiKeyIdOf(text.slice(0, -8))).toBeNull();
    expect(apiKeyIdOf(`${text}0`)).toBeNull();
    expect(apiKeyIdOf(`whk_${key.id}_${'A'.repeat(43)}00000000`)).toBeNull();
  });

  it('store no part of the secret', () => {
    const { text, key } = aKey();
    const secret = text.split('_').slice(2).join('_');
    expect(JSON.stringify(key)).not.toContain(secret);
  });

  it.each(['', 'whk_', 'whk_0123456789abcdef_short', 'Bearer x', `whk_${'g'.repeat(16)}_x`])(
    'do not read %j',
    (text) => {
      expect(apiKeyIdOf(text)).toBeNull();
    },
  );

  it('let admin do everything, and the others only their own', () => {
    expect(allows(['admin'], 'publish')).toBe(true);
    expect(allows(['read'], 'publish')).toBe(false);
    expect(allows(['publish'], 'read')).toBe(false);
    expect(allows(['publish', 'read'], 'read')).toBe(true);
    expect(allows([], 'read')).toBe(false);
  });
});
