import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPayload, fingerprintOf } from '../../lambdas/core/payload.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const check = (body: Uint8Array, contentType: string | null = 'application/json') =>
  checkPayload({ body, contentType }, 1_000);

describe('checkPayload', () => {
  it.each(['{}', '[]', '0', 'false', '""', 'null', ' {"a":1,"a":2}\r\n ', '"é\\u00e9"'])(
    'takes %j',
    (text) => {
      expect(check(bytes(text))).toBe('application/json');
    },
  );

  it('takes every JSON value', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 3 }), (text) => check(bytes(text)).length > 0));
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
    expect(() => check(bytes(text))).toThrow(expect.objectContaining({ code }));
  });

  it('refuses what is not UTF-8', () => {
    const invalid = Uint8Array.of(0x22, 0xff, 0x22);
    expect(() => check(invalid)).toThrow(expect.objectContaining({ code: 'malformed-json' }));
  });

  it.each(['application/json; charset=utf-8', 'application/cloudevents+json', 'Application/JSON'])(
    'keeps the content type %s',
    (contentType) => {
      expect(check(bytes('{}'), contentType)).toBe(contentType);
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'json'])(
    'refuses the content type %s',
    (contentType) => {
      const code = 'unsupported-media-type';
      expect(() => check(bytes('{}'), contentType)).toThrow(expect.objectContaining({ code }));
    },
  );

  it('takes JSON for granted where no type is given, and bounds a long one', () => {
    expect(check(bytes('{}'), null)).toBe('application/json');
    const long = `application/json; a=${'x'.repeat(100)}`;
    expect(() => check(bytes('{}'), long)).toThrow(
      expect.objectContaining({ code: 'invalid-request' }),
    );
  });
});

describe('fingerprintOf', () => {
  it('tells requests apart by body, type and content type', () => {
    const base = { body: bytes('{}'), contentType: null, eventType: 'a' };
    const prints = [
      base,
      { ...base, body: bytes('{ }') },
      { ...base, eventType: null },
      { ...base, contentType: 'application/json' },
    ].map(fingerprintOf);
    expect(new Set(prints).size).toBe(4);
    expect(fingerprintOf({ ...base })).toBe(prints[0]);
  });
});
