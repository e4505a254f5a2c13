import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateHeaderValue } from 'node:http';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { contentEncoding, contentType } from '../../../lambdas/contract/events/content-headers.ts';

const isMediaType = (text: string) => contentType.safeParse(text).success;
const isContentEncoding = (text: string) => contentEncoding.safeParse(text).success;

const separators = ['a', '/', '+json', ';', '=', ' ', '\t', '"', ',', '\\', '\r\n', '\0', 'é'];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom(...separators), maxLength: 300 }),
);

describe('a media type', () => {
  it.each([
    'application/json',
    'text/csv; charset=iso-8859-1; header=present',
    'application/x-www-form-urlencoded',
    'application/vnd.api+json;charset=UTF-8',
    'multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW',
    'multipart/mixed; boundary="a b; c=d, \\"e\\""',
    'multipart/form-data; boundary=----=_Part_7_13.17:2(x)?',
    'multipart/related; type="application/xop+xml"; start="<a@b>"; start-info="text/xml"',
    'application/soap+xml; action="urn:a/b"; charset=utf-8;',
    'text/plain ; ; charset=utf-8 ;',
    `a/${'b'.repeat(limits.contentTypeLengthMax - 2)}`,
  ])('is %s', (text) => {
    expect(isMediaType(text)).toBe(true);
  });

  it.each([
    'json',
    'application/',
    '/json',
    'a/b/c',
    'a/b c',
    'application/json, text/plain',
    'text/plain; charset',
    'text/plain; charset="utf-8',
    'text/plain; charset=utf-8, text/html',
    'text/plain; charset="é"',
    'text/plain\r\nX-Injected: 1',
    'text/plain; a="\r\nX-Injected: 1"',
    'text/plain; a="\r"',
    'text/plain; a="\\\n"',
    'text/plain\u0000',
    `a/${'b'.repeat(limits.contentTypeLengthMax - 1)}`,
  ])('is not %j', (text) => {
    expect(isMediaType(text)).toBe(false);
  });

  it.each(['; ', ' ;\t', ';a=b ', ';a="b" '])(
    'is judged at once, however it repeats %j',
    (part) => {
      const text = `a/b${part.repeat(4_000)}`;
      const startedAt = performance.now();
      expect(isMediaType(`${text};é`)).toBe(false);
      expect(performance.now() - startedAt).toBeLessThan(100);
    },
  );
});

describe('a content encoding', () => {
  it.each(['gzip', 'br', 'x-gzip', 'deflate, gzip', 'identity'])('is %s', (text) => {
    expect(isContentEncoding(text)).toBe(true);
  });

  it.each([
    'gzip;q=1',
    'gzip,',
    'gz ip',
    'gzip\r\nX-Injected: 1',
    'é',
    'x'.repeat(limits.contentEncodingLengthMax + 1),
  ])('is not %j', (text) => {
    expect(isContentEncoding(text)).toBe(false);
  });
});

it('whatever passes is one line that HTTP allows', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      if (isMediaType(text)) validateHeaderValue('content-type', text);
      if (isContentEncoding(text)) validateHeaderValue('content-encoding', text);
      if (isMediaType(text) || isContentEncoding(text)) expect(text).toMatch(/^[\t -~]+$/);
    }),
    { numRuns: 1_000 },
  );
});
