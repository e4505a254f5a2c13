import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseHttpDate } from '../../../../lambdas/adapters/http/answers/retry-after-date.ts';

// The example of RFC 9110, 5.6.7, in its three formats; a year of two digits is of this century here.
const example = Date.UTC(1994, 10, 6, 8, 49, 37);

test.each([
  ['Sun, 06 Nov 1994 08:49:37 GMT', example],
  ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(2094, 10, 6, 8, 49, 37)],
  ['Sun Nov  6 08:49:37 1994', example],
  ['Sun Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
  ['  Sun, 06 Nov 1994 08:49:37 GMT ', example],
  ['Thu, 29 Feb 2024 23:59:59 GMT', Date.UTC(2024, 1, 29, 23, 59, 59)],
])('reads %j', (text, at) => {
  expect(parseHttpDate(text)).toBe(at);
});

test.each([
  undefined,
  '',
  '0',
  '5',
  '120',
  '-5',
  '1e9',
  '86400.5',
  'soon',
  'tomorrow',
  '2026-10-21T07:28:00Z',
  'Wed, 21 Oct 2026 07:28:00',
  'Wed, 21 Oct 2026 07:28:00 +0200',
  'Wed, 21 Oct 2026 07:28:00 CEST',
  'wed, 21 oct 2026 07:28:00 gmt',
  'Wed, 1 Oct 2026 07:28:00 GMT',
  'Wed, 31 Feb 2026 07:28:00 GMT',
  'Wed, 00 Oct 2026 07:28:00 GMT',
  'Wed, 21 Okt 2026 07:28:00 GMT',
  'Wed, 21 Oct 2026 07:28 GMT',
  'Wed, 21 Oct 2026 99:28:00 GMT',
  'Wed, 21 Oct 2026 07:28:00 GMT, Thu, 22 Oct 2026 07:28:00 GMT',
])('takes %j for no date', (text) => {
  expect(parseHttpDate(text)).toBeNull();
});

test('reads every date that Node writes', () => {
  const seconds = fc.integer({ min: 0, max: 4_102_444_800 });
  fc.assert(
    fc.property(seconds, (at) => {
      expect(parseHttpDate(new Date(at * 1_000).toUTCString())).toBe(at * 1_000);
    }),
  );
});
