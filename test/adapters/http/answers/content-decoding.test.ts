// What a bomb costs: little more than what is wanted of it, in bytes, not in time.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decode } from '../../../../lambdas/adapters/http/answers/content-decoding.ts';
import { limits } from '../../../../lambdas/contract/limits/limits.ts';

const zeros = Buffer.alloc(64 * 1_024 * 1_024);
const bombs: Record<string, Uint8Array> = {
  gzip: gzipSync(zeros),
  br: brotliCompressSync(zeros, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 },
  }),
};
const wanted = 4 * limits.responseCharactersKept;

test.each(Object.keys(bombs))(
  'of a %s bomb of 64 MB no more than one chunk too much comes out',
  async (coding) => {
    const { bytes, isWhole, isBroken } = await decode(coding, bombs[coding]!, wanted);
    expect(bytes.byteLength).toBeGreaterThanOrEqual(wanted);
    expect(bytes.byteLength).toBeLessThanOrEqual(wanted + limits.decodedChunkBytes);
    expect([isWhole, isBroken]).toEqual([false, false]);
  },
);

test('bombs are undone one after the other, and none takes the turn of those behind it', async () => {
  const small = gzipSync('after all');
  const results = await Promise.all([
    ...Array.from({ length: 20 }, () => decode('br', bombs['br']!, wanted)),
    decode('gzip', Buffer.from('broken'), wanted),
    decode('none', small, wanted),
    decode('gzip', small, wanted),
  ]);
  expect(results.slice(0, -3).every(({ isWhole }) => !isWhole)).toBe(true);
  expect(results.slice(-3).map(({ isBroken }) => isBroken)).toEqual([true, true, false]);
  expect(Buffer.from(results.at(-1)!.bytes).toString()).toBe('after all');
});

test.each(Object.keys(bombs))('a hundred %s bombs at once take less than 4 MB', async (coding) => {
  const script = join(import.meta.dirname, 'decoding-memory.ts');
  // As much of a bomb as is kept of any body.
  const bomb = Buffer.from(bombs[coding]!.subarray(0, wanted)).toString('base64');
  const { stdout } = await promisify(execFile)(process.execPath, [script, coding, bomb]);
  expect(Number(stdout)).toBeGreaterThan(0);
  expect(Number(stdout)).toBeLessThan(4 * 1_024 * 1_024);
});
