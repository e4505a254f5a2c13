import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import {
  activeSecrets,
  hubSecretOf,
  rotateSecret,
  sharedSecretFrom,
} from '../../../lambdas/core/signing/secrets.ts';

const now = Date.UTC(2026, 0, 31, 12);
const hour = 3_600_000;
const fresh = (secret: string | null) => ({ secret, previousSecrets: [] });

describe('rotateSecret', () => {
  it('lets both sign until the overlap ends, the new one first', () => {
    const rotated = rotateSecret(fresh('old'), { secret: 'new', overlapMs: 24 * hour, now });
    expect(activeSecrets(rotated, now)).toEqual(['new', 'old']);
    expect(activeSecrets(rotated, now + 24 * hour - 1)).toEqual(['new', 'old']);
    expect(activeSecrets(rotated, now + 24 * hour)).toEqual(['new']);
  });

  it('lets none sign beyond the maximum overlap, even if a clock was ahead at rotation', () => {
    const ahead = now + 400 * 24 * hour;
    const rotated = rotateSecret(fresh('old'), { secret: 'new', overlapMs: hour, now: ahead });
    expect(activeSecrets(rotated, now)).toEqual(['new']);
    const overlapMs = limits.secretOverlapMsMax;
    const longest = rotateSecret(fresh('old'), { secret: 'new', overlapMs, now });
    expect(activeSecrets(longest, now)).toEqual(['new', 'old']);
  });

  it('retires every earlier secret immediately without an overlap', () => {
    const first = rotateSecret(fresh('a'), { secret: 'b', overlapMs: 24 * hour, now });
    const second = rotateSecret(first, { secret: 'c', overlapMs: 0, now: now + 1 });
    expect(activeSecrets(second, now + 1)).toEqual(['c']);
    expect(second.previousSecrets).toEqual([]);
  });

  it('shortens earlier overlaps, and never extends them', () => {
    const first = rotateSecret(fresh('a'), { secret: 'b', overlapMs: 2 * hour, now });
    const shorter = rotateSecret(first, { secret: 'c', overlapMs: hour, now });
    expect(activeSecrets(shorter, now + hour - 1)).toEqual(['c', 'b', 'a']);
    expect(activeSecrets(shorter, now + hour)).toEqual(['c']);
    const longer = rotateSecret(first, { secret: 'c', overlapMs: 24 * hour, now });
    expect(activeSecrets(longer, now + 2 * hour)).toEqual(['c', 'b']);
  });

  it('gives a first secret to a subscription without one', () => {
    const rotated = rotateSecret(fresh(null), { secret: 'new', overlapMs: hour, now });
    expect(rotated).toEqual(fresh('new'));
  });

  it('brings an earlier secret back without naming it twice', () => {
    const there = rotateSecret(fresh('a'), { secret: 'b', overlapMs: hour, now });
    const back = rotateSecret(there, { secret: 'a', overlapMs: hour, now });
    expect(activeSecrets(back, now)).toEqual(['a', 'b']);
  });

  it('refuses more secrets at once than a header should hold', () => {
    let secrets = fresh('0');
    const rotate = (secret: string, overlapMs: number) =>
      rotateSecret(secrets, { secret, overlapMs, now });
    for (let count = 1; count <= limits.previousSecretsMax; count += 1) {
      secrets = rotate(String(count), hour) as typeof secrets;
    }
    expect(activeSecrets(secrets, now)).toHaveLength(limits.previousSecretsMax + 1);
    expect(() => rotate('one more', hour)).toThrow(
      expect.objectContaining({
        code: 'limit-exceeded',
        message: expect.stringContaining('earlier secrets still sign') as string,
      }),
    );
    expect(activeSecrets(rotate('one more', 0), now)).toEqual(['one more']);
  });

  it('keeps the current one first and no secret longer than the last overlap', () => {
    const rotations = fc.array(
      fc.record({
        secret: fc.constantFrom('a', 'b', 'c', 'd'),
        overlapMs: fc.integer({ min: 0, max: limits.secretOverlapMsMax }),
        waitMs: fc.integer({ min: 0, max: limits.secretOverlapMsMax }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(rotations, (steps) => {
        let at = now;
        let secrets: Parameters<typeof rotateSecret>[0] = fresh('a');
        for (const { secret, overlapMs, waitMs } of steps) {
          at += waitMs;
          secrets = rotateSecret(secrets, { secret, overlapMs, now: at });
          const active = activeSecrets(secrets, at);
          expect(active[0]).toBe(secret);
          expect(new Set(active).size).toBe(active.length);
          expect(activeSecrets(secrets, at + overlapMs)).toEqual([secret]);
        }
      }),
    );
  });
});

describe('activeSecrets', () => {
  it('is empty where nothing signs', () => {
    expect(activeSecrets(fresh(null), now)).toEqual([]);
  });
});

describe('sharedSecretFrom', () => {
  it('is whsec_ and the base64 of the bytes', () => {
    expect(sharedSecretFrom(new Uint8Array(32).fill(255))).toBe(`whsec_${'/'.repeat(42)}8=`);
  });
});

describe('hubSecretOf', () => {
  const rotated = rotateSecret(fresh('a'), { secret: 'b', overlapMs: 2 * hour, now });
  const twice = rotateSecret(rotated, { secret: 'c', overlapMs: 2 * hour, now });
  const chosen = (secrets: Parameters<typeof activeSecrets>[0], at = now) =>
    (['current', 'previous'] as const).map((hubSignature) =>
      hubSecretOf({ ...secrets, hubSignature }, at),
    );

  it('is the current secret, or by choice the oldest that still signs', () => {
    expect(chosen(twice)).toEqual(['c', 'a']);
    expect(chosen(twice, now + 2 * hour)).toEqual(['c', 'c']);
    expect(chosen(fresh('a'))).toEqual(['a', 'a']);
    expect(chosen(fresh(null))).toEqual([null, null]);
  });

  it('is no key pair', () => {
    const pair = rotateSecret(fresh('a'), { secret: 'whsk_x', overlapMs: hour, now });
    expect(chosen(pair)).toEqual([null, 'a']);
    expect(chosen(rotateSecret(fresh('whsk_x'), { secret: 'a', overlapMs: hour, now }))).toEqual([
      'a',
      'a',
    ]);
  });
});
