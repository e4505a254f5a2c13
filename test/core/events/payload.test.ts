import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Payload } from '../../../lambdas/core/events/payload.ts';
import { checkPayload, fingerprintOf, textOf } from '../../../lambdas/core/events/payload.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const check = (body: Uint8Array, given: Partial<Payload> = {}) =>
  checkPayload({ body, contentType: 'application/json', contentEncoding: null, ...given }, 1_000);

const refused = (code: string) => expect.objectContaining({ code }) as Error;

describe('checkPayload', () => {
  it.each(['{}', '[]', '0', 'false', '""', 'null', ' {"a":1,"a":2}\r\n ', '"é\\u00e9"'])(
    'takes %j',
    (text) => {
      expect(check(bytes(text)).contentType).toBe('application/json');
    },
  );

  it('takes every JSON value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (text) => {
        check(bytes(text));
      }),
    );
  });

  it.each([
    ['payload-missing', ''],
    ['malformed-json', '{'],
    ['malformed-json', 'hello'],
    ['malformed-json', "{'a':1}"],
    ['malformed-json', '{"a":1}{"b":2}'],
    ['malformed-json', '\uFEFF{}'],
    ['payload-too-large', `"${'x'.repeat(999)}"`],
  ])('answers %s to %j', (code, text) => {
    expect(() => check(bytes(text))).toThrow(refused(code));
  });

  it('refuses JSON that is not UTF-8', () => {
    const invalid = Uint8Array.of(0x22, 0xff, 0x22);
    expect(() => check(invalid)).toThrow(refused('malformed-json'));
  });

  it.each([
    'application/json; charset=utf-8',
    'application/cloudevents+json',
    'Application/JSON',
    'text/json',
  ])('checks and keeps %s', (contentType) => {
    expect(check(bytes('{}'), { contentType }).contentType).toBe(contentType);
    expect(() => check(bytes('{'), { contentType })).toThrow(refused('malformed-json'));
  });

  it('accepts any bytes of any other type', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        fc.constantFrom('text/plain', 'application/x-www-form-urlencoded', 'image/png', 'a/b;c=d'),
        (body, contentType) => {
          const content = { contentType, contentEncoding: null };
          expect(check(body, content)).toEqual(content);
        },
      ),
    );
  });

  it('treats bytes without a type as bytes', () => {
    expect(check(Uint8Array.of(0xff), { contentType: null })).toEqual({
      contentType: 'application/octet-stream',
      contentEncoding: null,
    });
  });

  it('does not read JSON that is compressed', () => {
    const contentEncoding = 'gzip';
    expect(check(gzipSync('{}'), { contentEncoding })).toEqual({
      contentType: 'application/json',
      contentEncoding,
    });
    const plain = { contentEncoding: 'identity' };
    expect(() => check(gzipSync('{}'), plain)).toThrow(refused('malformed-json'));
  });

  it.each([null, 'text/plain', 'application/octet-stream'])(
    'wants at least one byte, of the type %s too, and at most so many',
    (contentType) => {
      expect(() => check(new Uint8Array(), { contentType })).toThrow(refused('payload-missing'));
      const large = new Uint8Array(1_001);
      expect(() => check(large, { contentType })).toThrow(refused('payload-too-large'));
    },
  );
});

describe('textOf', () => {
  it('has every byte, or is null', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (body) => {
        const text = textOf(body);
        if (text !== null) expect(bytes(text)).toEqual(Uint8Array.from(body));
      }),
    );
    expect(textOf(bytes('\uFEFF\0é\r\n'))).toBe('\uFEFF\0é\r\n');
    expect(textOf(Uint8Array.of(0xc3, 0x28))).toBeNull();
  });
});

describe('fingerprintOf', () => {
  it('tells requests apart by body, type, content type and content encoding', () => {
    const base = { body: bytes('{}'), contentType: null, contentEncoding: null, eventType: 'a' };
    const prints = [
      base,
      { ...base, body: bytes('{ }') },
      { ...base, eventType: null },
      { ...base, contentType: 'application/json' },
      { ...base, contentEncoding: 'gzip' },
      { ...base, contentEncoding: 'br' },
    ].map(fingerprintOf);
    expect(new Set(prints).size).toBe(6);
    expect(fingerprintOf({ ...base })).toBe(prints[0]);
  });

  it('of a request without an encoding is what it was before there were any', () => {
    const event = { body: bytes('{}'), contentType: null, contentEncoding: null, eventType: 'a' };
    const before = '89b0afde59a91626160b14e94b16b945c1b36cdedec9bb2b869d15ca621e0792';
    expect(fingerprintOf(event)).toBe(before);
  });
});
