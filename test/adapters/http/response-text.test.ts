import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ResponseText } from '../../../lambdas/adapters/http/response-text.ts';
import { limits } from '../../../lambdas/contract/limits.ts';

function read(
  chunks: readonly Uint8Array[],
  complete = true,
): { body: string; truncated: boolean } {
  const text = new ResponseText(undefined);
  for (const chunk of chunks) text.add(chunk);
  return text.read(complete);
}

test('is valid text without control characters, whatever the bytes', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 5 });
  fc.assert(
    fc.property(chunks, fc.boolean(), (bytes, complete) => {
      const { body } = read(bytes, complete);
      expect(body.length).toBeLessThanOrEqual(limits.responseCharactersKept);
      expect(body.isWellFormed()).toBe(true);
      expect(body).not.toMatch(/[^\P{Cc}\t\n\r]/u);
    }),
  );
});

test('keeps any text of allowed length, however it is cut into chunks', () => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 300 })
    .map((given) => given.replace(/^\ufeff+|[^\P{Cc}\t\n\r]/gu, ''));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (given, size) => {
      fc.pre(given.length <= limits.responseCharactersKept);
      const bytes = Buffer.from(given);
      const count = Math.ceil(bytes.length / size);
      const chunks = Array.from({ length: count }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      expect(read(chunks)).toEqual({ body: given, truncated: false });
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
])('replaces what is no text: %s', (_what, bytes, body) => {
  expect(read([Uint8Array.from(bytes)])).toEqual({ body, truncated: false });
});

test('leaves out a character that our own cut has halved', () => {
  expect(read([Uint8Array.from([0x61, 0xe2, 0x82])], false)).toEqual({
    body: 'a',
    truncated: true,
  });
  const beyond = Buffer.from('€'.repeat(2_000));
  expect(read([beyond])).toEqual({ body: '€'.repeat(1_000), truncated: true });
});

test('does not cut a pair of surrogates in two', () => {
  const { body, truncated } = read([Buffer.from(`x${'😀'.repeat(500)}`)]);
  expect(body).toBe(`x${'😀'.repeat(499)}`);
  expect(truncated).toBe(true);
});

test('is truncated when the body did not end', () => {
  expect(read([Buffer.from('so far')], false)).toEqual({ body: 'so far', truncated: true });
});

test.each(['gzip', 'GZIP', 'br, identity', 'x'])(
  'keeps nothing that is encoded: %s',
  (encoding) => {
    const text = new ResponseText(encoding);
    text.add(Buffer.from('bytes'));
    expect(text.bytesRead).toBe(5);
    expect(text.read(true)).toEqual({ body: '', truncated: true });
  },
);

test.each([undefined, '', 'identity', ' Identity '])(
  'keeps what is not encoded: %s',
  (encoding) => {
    const text = new ResponseText(encoding);
    text.add(Buffer.from('bytes'));
    expect(text.read(true)).toEqual({ body: 'bytes', truncated: false });
  },
);
