import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonOf, RawJson } from '../../../lambdas/edge/http/raw-json.ts';

test('raw JSON stands as it is among other values', () => {
  const raw = new RawJson('{"2":1.10, "1":7615917337495251231}');
  expect(jsonOf({ a: [raw, null], b: undefined, 'c"': 'd\u2028' })).toBe(
    `{"a":[${raw.text},null],"c\\"":"d\u2028"}`,
  );
});

test('all else is written as JSON.stringify does', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(jsonOf(value)).toBe(JSON.stringify(value));
    }),
  );
});
