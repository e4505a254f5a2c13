import { expect, it } from 'vitest';
import { oneMore, sourceOf, waitAfter } from '../../../lambdas/core/access/wrong-credentials.ts';
import type { Wrongs } from '../../../lambdas/core/access/wrong-credentials.ts';

function after(count: number, most: number): Wrongs {
  let wrongs: Wrongs | undefined;
  for (let tries = 0; tries < count; tries += 1) wrongs = oneMore(wrongs, most, 0);
  return wrongs!;
}

it('failures are examined up to the limit, then one at a time as old ones drain', () => {
  expect(waitAfter(undefined, 100, 0)).toBe(0);
  expect(waitAfter(after(99, 100), 100, 0)).toBe(0);
  expect(waitAfter(after(100, 100), 100, 0)).toBe(1_000);
  expect(waitAfter(after(100, 100), 100, 1_000)).toBe(0);
  expect(waitAfter(oneMore(after(100, 100), 100, 1_000), 100, 1_000)).toBe(1_000);
  expect(waitAfter(after(1_000, 1_000), 1_000, 0)).toBe(100);
});

it('everything is forgotten after 100 seconds', () => {
  expect(oneMore(after(100, 100), 100, 100_000).count).toBe(1);
  expect(oneMore(after(100, 100), 100, 500_000).count).toBe(1);
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['', ''],
  ['unknown', 'unknown'],
  ['2001:db8:1:2::5', '2001:db8:1:2'],
  ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2'],
  ['2001:db8:1:3::5', '2001:db8:1:3'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['::ffff:192.0.2.7', 'c000:207'],
  ['::ffff:192.0.2.8', 'c000:208'],
])('the address %s is told from others by %s', (address, source) => {
  expect(sourceOf(address)).toBe(source);
});
