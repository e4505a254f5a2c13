// Bodies of any type as pages show them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonType as isJsonForTheService } from '../../lambdas/core/events/media-type.ts';
import {
  base64Of,
  bodyOfBase64,
  bodyOfText,
  fieldsOf,
  hexDump,
  isJsonType,
  viewsOf,
} from '../../web/body.ts';
import { contents } from '../support/contents.ts';

const plain = { contentType: 'text/plain', contentEncoding: null };

test('a body has the same bytes, whichever way it came', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const base64 = Buffer.from(bytes).toString('base64');
      const body = bodyOfBase64(base64, plain);
      expect(Buffer.from(body.bytes).equals(bytes)).toBe(true);
      expect(base64Of(body.bytes)).toBe(base64);
      if (body.text !== null) expect(bodyOfText(body.text, plain).bytes).toEqual(body.bytes);
    }),
  );
  expect(bodyOfBase64('77u/YQ==', plain).text).toBe('\uFEFFa');
  const large = new Uint8Array(300_000).fill(7);
  expect(base64Of(large)).toBe(Buffer.from(large).toString('base64'));
});

test.each([
  ['application/json', '{"a":1}', 'Pretty'],
  ['application/octet-stream', ' {"a":1}', 'Pretty'],
  ['application/x-www-form-urlencoded', 'a=1', 'Fields'],
  ['application/x-www-form-urlencoded; charset=utf-8', '{}', 'Fields'],
  ['application/x-www-form-urlencoded', 'a=\0', 'Hex'],
  ['text/plain', 'hello', 'Raw'],
  ['text/plain', 'a\0b', 'Hex'],
  ['', '', 'Raw'],
])('of the type %j, %j is shown %s at first', (contentType, text, view) => {
  const views = viewsOf(bodyOfText(text, { ...plain, contentType }));
  expect(views[0]).toBe(view);
  expect(views).toContain('Raw');
  expect(views).toContain('Hex');
});

test('what is not UTF-8 is shown in hex or base64, whatever its type', () => {
  const json = { ...plain, contentType: 'application/json' };
  expect(viewsOf(bodyOfBase64('/w==', json))).toEqual(['Hex', 'Base64']);
});

test('the fields of a form are decoded, in their order, repeated and empty ones too', () => {
  expect(fieldsOf('b=1+2&a=%3Cb%3E&b=&%ff&__proto__=x')).toEqual([
    ['b', '1 2'],
    ['a', '<b>'],
    ['b', ''],
    ['\uFFFD', ''],
    ['__proto__', 'x'],
  ]);
});

describe('a dump', () => {
  test('has sixteen bytes a line, and the ASCII of them', () => {
    const bytes = Uint8Array.from([
      ...Buffer.from('GET <b>\r\n\0\x7F'),
      0xff,
      0xc3,
      0xa9,
      0x20,
      0x7e,
      0x41,
    ]);
    expect(hexDump(bytes)).toBe(
      '000000  47 45 54 20 3c 62 3e 0d 0a 00 7f ff c3 a9 20 7e  GET <b>....... ~\n' +
        '000010  41                                               A',
    );
    expect(hexDump(new Uint8Array())).toBe('');
  });
});

test('pages and service take the same types for JSON', () => {
  const types = [
    'text/json ; a=b',
    'application/+json',
    'a/b+json',
    'application/jsonp',
    'json',
    '',
  ];
  for (const type of [...types, ...contents.map(({ contentType }) => contentType ?? '')]) {
    expect(isJsonType(type), type).toBe(isJsonForTheService(type));
  }
});
