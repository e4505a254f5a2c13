import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  ResponseText,
  type BodyHeaders,
} from '../../../../lambdas/adapters/http/answers/response-text.ts';
import { limits } from '../../../../lambdas/contract/limits/limits.ts';

const plain: BodyHeaders = { contentType: undefined, contentEncoding: undefined };

function read(
  chunks: readonly Uint8Array[],
  complete = true,
  about: Partial<BodyHeaders> = {},
): Promise<{ body: string; truncated: boolean }> {
  const text = new ResponseText({ ...plain, ...about });
  for (const chunk of chunks) text.add(chunk);
  return text.read(complete);
}

test('is valid text without control characters, whatever the bytes', async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 5 });
  const contentType = fc.constantFrom(undefined, 'a/b;charset=latin1', 'a/b;charset=shift_jis');
  const contentEncoding = fc.constantFrom(undefined, 'gzip', 'br', 'deflate', 'x');
  const about = fc.record({ contentType, contentEncoding });
  await fc.assert(
    fc.asyncProperty(chunks, fc.boolean(), about, async (bytes, complete, headers) => {
      const { body } = await read(bytes, complete, headers);
      expect(body.length).toBeLessThanOrEqual(limits.responseCharactersKept);
      expect(body.isWellFormed()).toBe(true);
      expect(body).not.toMatch(/[^\P{Cc}\t\n\r]/u);
    }),
  );
});

test('keeps any text of allowed length, however it is cut into chunks', async () => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 300 })
    .map((given) => given.replace(/^\ufeff+|[^\P{Cc}\t\n\r]/gu, ''));
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (given, size) => {
      fc.pre(given.length <= limits.responseCharactersKept);
      const bytes = Buffer.from(given);
      const count = Math.ceil(bytes.length / size);
      const chunks = Array.from({ length: count }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      expect(await read(chunks)).toEqual({ body: given, truncated: false });
    }),
  );
});

test.each([
  ['invalid UTF-8', [0x61, 0xff, 0x62], 'a\u{FFFD}b'],
  ['a NUL', [0x61, 0, 0x62], 'a\u{FFFD}b'],
  ['an escape', [0x1b, 0x5b, 0x33, 0x31, 0x6d], '\u{FFFD}[31m'],
  ['a control character of Latin-1', [0xc2, 0x9b], '\u{FFFD}'],
  ['an encoded surrogate', [0xed, 0xa0, 0x80], '\u{FFFD}\u{FFFD}\u{FFFD}'],
  ['a character cut in two', [0x61, 0xe2, 0x82], 'a\u{FFFD}'],
  ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61], 'a'],
  ['white space', [0x09, 0x0a, 0x0d, 0x20], '\t\n\r '],
])('replaces what is no text: %s', async (_what, bytes, body) => {
  expect(await read([Uint8Array.from(bytes)])).toEqual({ body, truncated: false });
});

test('leaves out a character that our own cut has halved', async () => {
  expect(await read([Uint8Array.from([0x61, 0xe2, 0x82])], false)).toEqual({
    body: 'a',
    truncated: true,
  });
  const beyond = Buffer.from('€'.repeat(2_000));
  expect(await read([beyond])).toEqual({ body: '€'.repeat(1_000), truncated: true });
});

test('does not cut a pair of surrogates in two', async () => {
  const { body, truncated } = await read([Buffer.from(`x${'😀'.repeat(500)}`)]);
  expect(body).toBe(`x${'😀'.repeat(499)}`);
  expect(truncated).toBe(true);
});

test('is truncated when the body did not end', async () => {
  expect(await read([Buffer.from('so far')], false)).toEqual({ body: 'so far', truncated: true });
});

test.each([undefined, '', 'identity', ' Identity ', 'identity, identity'])(
  'keeps what is not encoded: %s',
  async (contentEncoding) => {
    expect(await read([Buffer.from('bytes')], true, { contentEncoding })).toEqual({
      body: 'bytes',
      truncated: false,
    });
  },
);

describe('by its charset', () => {
  test.each<[string, number[], string]>([
    ['text/plain; charset=iso-8859-1', [0x67, 0x72, 0xfc, 0xdf], 'grüß'],
    ['text/plain;charset="Latin1"', [0xe9], 'é'],
    ['text/plain; format=flowed ; CharSet = windows-1252', [0x80, 0x93], '€“'],
    ['text/plain; charset=Shift_JIS', [0x93, 0xfa, 0x96, 0x7b], '日本'],
    ['text/plain; charset=euc-jp', [0xc6, 0xfc], '日'],
    ['text/plain; charset=gbk', [0xc4, 0xe3], '你'],
    ['text/plain; charset=koi8-r', [0xc4, 0xc1], 'да'],
    ['text/plain; charset=utf-16', [0x61, 0, 0xac, 0x20], 'a€'],
    ['text/plain; charset=iso-8859-1', [0x9b], '›'], // By the Encoding standard it means windows-1252.
    ['text/plain; charset=iso-8859-2', [0x9b], '\u{FFFD}'],
    ['text/plain; charset=utf-7', [0xc3, 0xa9], 'é'],
    ['text/plain; charset=no-such', [0xc3, 0xa9], 'é'],
    ['text/plain; charset=', [0xc3, 0xa9], 'é'],
    ['text/plain', [0xc3, 0xa9], 'é'],
    ['charset=latin1', [0xc3, 0xa9], 'é'],
  ])('%s, %o is %s', async (contentType, bytes, body) => {
    expect(await read([Uint8Array.from(bytes)], true, { contentType })).toEqual({
      body,
      truncated: false,
    });
  });

  test('leaves out a character that our own cut has halved', async () => {
    const about = { contentType: 'text/plain; charset=shift_jis' };
    expect(await read([Uint8Array.from([0x93, 0xfa, 0x96])], false, about)).toEqual({
      body: '日',
      truncated: true,
    });
  });

  test('is cut to as many characters as of any text', async () => {
    const about = { contentType: 'text/plain; charset=latin1' };
    expect(await read([Buffer.alloc(4_000, 0xe9)], true, about)).toEqual({
      body: 'é'.repeat(1_000),
      truncated: true,
    });
  });
});

describe('by its encoding', () => {
  const said = Buffer.from('{"error":"ungültig"}');
  const body = said.toString();

  test.each<[string, Uint8Array]>([
    ['gzip', gzipSync(said)],
    ['GZIP', gzipSync(said)],
    ['x-gzip', gzipSync(said)],
    ['gzip', Buffer.concat([gzipSync(said.subarray(0, 5)), gzipSync(said.subarray(5))])],
    ['deflate', deflateSync(said)],
    ['deflate', deflateRawSync(said)],
    ['br', brotliCompressSync(said)],
    ['br, gzip', gzipSync(brotliCompressSync(said))],
    ['identity, gzip', gzipSync(said)],
  ])('%s is undone', async (contentEncoding, bytes) => {
    const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await read(chunks, true, { contentEncoding })).toEqual({ body, truncated: false });
  });

  test('and by its charset, too', async () => {
    const bytes = gzipSync(Buffer.from('grüß', 'latin1'));
    const about = { contentEncoding: 'gzip', contentType: 'text/plain; charset=latin1' };
    expect(await read([bytes], true, about)).toEqual({ body: 'grüß', truncated: false });
  });

  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('%s that was cut is undone as far as it goes', async (contentEncoding, encode) => {
    // Text that no coding makes much smaller.
    const noise = createHash('shake256', { outputLength: 700 }).update('noise');
    const long = Buffer.from(noise.digest('base64'));
    const bytes = encode(long);
    const cut = await read([bytes.subarray(0, bytes.length - 200)], false, { contentEncoding });
    expect(cut.truncated).toBe(true);
    expect(long.toString().startsWith(cut.body)).toBe(true);
    expect(cut.body.length).toBeGreaterThan(100);
  });

  test.each([10, 15, 16, 17, 18, 20, 22, 24])(
    'brotli with a window of 2^%i is undone to the last byte that is wanted',
    async (bits) => {
      // Words of brotli's own dictionary and distances of every length.
      const words = ['the time of', ' government ', '<div class="', 'é€😀', ' http://www.'];
      const text = Array.from({ length: 40_000 }, (_, n) => words[(n * n) % 5]! + (n % 977)).join(
        '',
      );
      const params = { [constants.BROTLI_PARAM_LGWIN]: bits };
      const bytes = brotliCompressSync(text, { params });
      const kept = new ResponseText({ ...plain, contentEncoding: 'br' }, 16_384);
      kept.add(bytes);
      expect(await kept.read(true)).toEqual({ body: text.slice(0, 16_384), truncated: true });
    },
  );

  test.each([
    ['zstd', 'zstd'],
    ['Compress', 'compress'],
    ['gzip, zstd', 'zstd'],
    ['gzip, gzip, gzip', 'an unknown encoding'],
    ['\x1b[31m', 'an unknown encoding'],
    ['é', 'an unknown encoding'],
    ['x'.repeat(33), 'an unknown encoding'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
  ])('%s is told by its size', async (contentEncoding, name) => {
    const text = new ResponseText({ ...plain, contentEncoding });
    text.add(Buffer.alloc(5_000));
    text.add(Buffer.alloc(5));
    expect(text.bytesRead).toBe(5_005);
    expect(await text.read(true)).toEqual({ body: `[5005 bytes of ${name}]`, truncated: false });
    expect(await text.read(false)).toMatchObject({ truncated: true });
  });

  test.each(['gzip', 'deflate', 'br'])('what is no %s is told by its size', async (name) => {
    const bytes = Buffer.from('<html>plain after all</html>');
    expect(await read([bytes], true, { contentEncoding: name })).toEqual({
      body: `[28 bytes of ${name}]`,
      truncated: false,
    });
  });

  test.each(['gzip', 'zstd'])('%s of nothing is nothing', async (contentEncoding) => {
    expect(await read([], true, { contentEncoding })).toEqual({ body: '', truncated: false });
  });
});
