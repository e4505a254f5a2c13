// Reading a head without the parser's rules: what is read of it, and that nothing is made of garbage.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLenientHead } from '../../../../lambdas/adapters/http/answers/lenient-head.ts';
import { malformedFramings } from '../malformed-framings.ts';

function read(text: string) {
  const bytes = Buffer.from(text, 'latin1');
  const head = readLenientHead(bytes);
  if (head === undefined) return undefined;
  const { statusCode, headers, bodyAt } = head;
  const body = bodyAt === null ? null : bytes.toString('latin1', bodyAt);
  return { statusCode, headers: Object.fromEntries(headers), body };
}

test.each(Object.entries(malformedFramings))('reads %s', (_what, { text }) => {
  expect(read(text)).toEqual({ statusCode: 200, headers: {}, body: 'ok' });
});

test.each([
  ['Retry-After: 5\r\n', { 'retry-after': '5' }],
  ['retry-after:5\n', { 'retry-after': '5' }],
  ['Retry-After \t: \t5 \r\n', { 'retry-after': '5' }],
  ['Retry-After:\r\n 5\r\n', { 'retry-after': '5' }],
  ['Location: /a\r\n\t/b\r\n', { location: '/a /b' }],
  ['Retry-After: 5\r\nRetry-After: 6\r\n', { 'retry-after': '5' }],
  ['Retry-After: 5\r\nRetry-After: 6\r\n 7\r\n', { 'retry-after': '5' }],
  ['X: 1\r\n 2\r\nRetry-After: 5\r\n', { 'retry-after': '5' }],
  ['Retry-After: 5\r\nX: 1\r\n 2\r\n', { 'retry-after': '5' }],
  [
    'Webhook-Delivery : disable\nContent-Type: a/b\n',
    { 'webhook-delivery': 'disable', 'content-type': 'a/b' },
  ],
  [': 5\r\nnonsense\r\nSet-Cookie: a=b\r\n__proto__: x\r\n', {}],
])('reads the headers that count from %j', (lines, headers) => {
  expect(read(`HTTP/1.1 503 Busy\r\n${lines}\r\nbody`)).toEqual({
    statusCode: 503,
    headers,
    body: 'body',
  });
});

describe('a head that was cut off', () => {
  test.each([
    ['HTTP/1.1 503 Busy\r\n', {}],
    ['HTTP/1.1 503\nRetry-After: 12\nX-A: b', { 'retry-after': '12' }],
    // The value may go on.
    ['HTTP/1.1 503 Busy\r\nRetry-After: 12', {}],
  ])('is read as far as its lines are whole: %j', (text, headers) => {
    expect(read(text)).toEqual({ statusCode: 503, headers, body: null });
  });
});

test.each([
  ['\r\n\n\r\nHTTP/1.1 200 OK\n\n', 200],
  ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 No\r\n\r\n', 500],
  ['HTTP/1.1 103 Early\nA : b\n\n\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 X\n\n', 204],
])('skips empty lines and interim answers: %j', (text, statusCode) => {
  expect(read(text)).toMatchObject({ statusCode });
});

test.each([
  '',
  '\r\n\r\n',
  'HTTP/1.1 200 OK',
  'HTTP/1.1 200',
  'HTTP/1.1 20 OK\r\n\r\n',
  'HTTP/1.1 099 Low\r\n\r\n',
  'HTTP/1.1 199 Low\r\n\r\n',
  'HTTP/1.1 600 High\r\n\r\n',
  'HTTP/1.1 2000 OK\r\n\r\n',
  'HTTP/1.1 200-OK\r\n\r\n',
  'HTTP/1.1 2OO OK\r\n\r\n',
  'HTTP/1.1 +200 OK\r\n\r\n',
  'HTTP/1.1\t200 OK\r\n\r\n',
  'HTTP/1.1200 OK\r\n\r\n',
  'HTTP/1.10 200 OK\r\n\r\n',
  'HTTP/1 200 OK\r\n\r\n',
  'HTTP/2.0 200 OK\r\n\r\n',
  'HTTP/2 200 OK\r\n\r\n',
  'http/1.1 200 OK\r\n\r\n',
  ' HTTP/1.1 200 OK\r\n\r\n',
  'xHTTP/1.1 200 OK\r\n\r\n',
  'ICY 200 OK\r\n\r\n',
  'SSH-2.0-OpenSSH_9.9\r\nHTTP/1.1 200 OK\r\n\r\n',
  '<html>HTTP/1.1 200 OK\r\n\r\n',
  'HTTP/1.1 101 Switching\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
  'HTTP/1.1 100 Continue\r\nHTTP/1.1 200 OK\r\n',
])('makes nothing of %j', (text) => {
  expect(read(text)).toBeUndefined();
});

test('never throws, whatever the bytes, and finds a status of 200 to 599 or none', () => {
  const piece = fc.oneof(
    fc.constantFrom('HTTP/1.1 ', '200', '103', ' OK', '\r\n', '\n', '\r', ':', ' ', 'Retry-After'),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const bytes = Buffer.from(pieces.join(''), 'latin1');
      const head = readLenientHead(bytes);
      if (head === undefined) return;
      expect(head.statusCode).toBeGreaterThanOrEqual(200);
      expect(head.statusCode).toBeLessThan(600);
      expect(head.bodyAt ?? 0).toBeLessThanOrEqual(bytes.byteLength);
    }),
  );
});

test('takes time in proportion to its bytes', () => {
  // Quadratic work would take minutes over a head of this length, which is a thousand times what may come.
  const many = 16 * 1_024 * 1_024;
  for (const filler of ['HTTP/1.1 103 X\n\n', '\r', '\n\r', 'a: b\r\n', ' \n', ':\n']) {
    const text = `HTTP/1.1 200 OK\n${filler.repeat(many / 64 / filler.length)}`;
    expect(read(text)?.statusCode).toBe(200);
  }
});
