import { expect, test } from 'vitest';
import { exceedsDepth } from '../../../lambdas/core/events/json-depth.ts';

function nested(depth: number): unknown {
  return JSON.parse('[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2));
}

test('counts lists and objects', () => {
  expect(exceedsDepth(nested(10), 10)).toBe(false);
  expect(exceedsDepth(nested(12), 11)).toBe(true);
  expect(exceedsDepth({ a: 1, b: { c: [] } }, 2)).toBe(true);
});

test('plain values have no depth', () => {
  expect([1, 'a', null, true].filter((value) => exceedsDepth(value, 0))).toEqual([]);
  expect(exceedsDepth([], 0)).toBe(true);
});

test('stops at the limit, however deep it goes on', () => {
  expect(exceedsDepth(nested(200_000), 500)).toBe(true);
});
