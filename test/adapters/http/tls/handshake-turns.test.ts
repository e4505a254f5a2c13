// Handshakes share the one thread with everything else. Their cost is what the test says.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { handshakeTurns } from '../../../../lambdas/adapters/http/tls/handshake-turns.ts';
import { limits } from '../../../../lambdas/contract/limits/limits.ts';
import { until } from '../../../support/until.ts';

const dearMs = limits.handshakeDearMs;

function setup() {
  const done: string[] = [];
  let nowMs = 0;
  const turns = handshakeTurns({ now: () => nowMs }, () => nowMs);
  return {
    done,
    advance: (ms: number) => (nowMs += ms),
    take: (host: string, costMs: number) =>
      turns.take(host, () => {
        nowMs += costMs;
        done.push(host);
      }),
    all: (count: number) =>
      until(`${count} steps`, () => (done.length >= count ? true : undefined), 5_000),
  };
}

test('one step for each turn of the event loop, in the order of asking', async () => {
  const { take, done } = setup();
  for (const host of ['a', 'b', 'a']) take(host, 1);
  expect(done).toEqual([]);
  await nextTurn();
  expect(done).toEqual(['a']);
  await nextTurn();
  expect(done).toEqual(['a', 'b']);
  await nextTurn();
  expect(done).toEqual(['a', 'b', 'a']);
});

test('a host that was dear waits behind all others, what it had asked for before, too', async () => {
  const { take, done, all, advance } = setup();
  take('dear', dearMs);
  take('dear', dearMs);
  for (const host of ['a', 'b']) take(host, 1);
  await all(3);
  take('dear', dearMs);
  take('c', 1);
  await all(4);
  expect(done).toEqual(['dear', 'a', 'b', 'c']);
  advance(100 * dearMs);
  await all(5);
  advance(100 * dearMs);
  await all(6);
});

test('dear hosts get a share of the time', async () => {
  const { take, done, all, advance } = setup();
  take('dear', dearMs);
  await all(1);
  take('dear', dearMs);
  const restMs = dearMs / limits.handshakeDearShare - dearMs;
  advance(restMs - 1);
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
  expect(done).toHaveLength(1);
  advance(1);
  await all(2);
});

test('a host is not dear for ever, nor for less than a dear step', async () => {
  const { take, done, all, advance } = setup();
  take('once dear', dearMs);
  take('cheap', dearMs - 1);
  await all(2);
  advance(limits.handshakeDearForMs);
  for (const host of ['once dear', 'cheap', 'other']) take(host, 1);
  await all(5);
  expect(done.slice(2)).toEqual(['once dear', 'cheap', 'other']);
});

test('the dear hosts that are remembered are bounded in number, those that were so last', async () => {
  const { take, done, all, advance } = setup();
  const count = limits.handshakeDearHostsMax;
  for (let n = 0; n < count; n += 1) take(`dear ${n}`, dearMs);
  await all(count);
  advance(10 * dearMs);
  take('dear 0', dearMs);
  await all(count + 1);
  take('one more', dearMs);
  await all(count + 2);
  take('dear 0', 1);
  take('dear 1', 1);
  await all(count + 3);
  expect(done.at(-1)).toBe('dear 1');
  advance(10 * dearMs);
  await all(count + 4);
});
