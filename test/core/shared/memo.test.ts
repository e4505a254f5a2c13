import { describe, expect, it } from 'vitest';
import { createMemo } from '../../../lambdas/core/shared/memo.ts';

function setup(entriesMax = 2) {
  const loads: string[] = [];
  const memo = createMemo<string>({ ttlMs: 100, entriesMax });
  const load = (value: string) => () => {
    loads.push(value);
    return Promise.resolve(value);
  };
  const at = (now: number, steady = now) => ({ now: () => now, steady: () => steady });
  return { memo, load, loads, at };
}

describe('memo', () => {
  it('loads once within its TTL, and again after it', async () => {
    const { memo, load, loads, at } = setup();
    expect(await memo.get('a', at(0), load('first'))).toBe('first');
    expect(await memo.get('a', at(99), load('second'))).toBe('first');
    expect(await memo.get('a', at(100), load('second'))).toBe('second');
    expect(loads).toEqual(['first', 'second']);
  });

  it('shares one load among concurrent misses', async () => {
    const { memo, load, loads, at } = setup();
    await Promise.all([1, 2, 3].map(() => memo.get('a', at(0), load('first'))));
    expect(loads).toHaveLength(1);
  });

  it('does not keep a rejection', async () => {
    const { memo, load, at } = setup();
    const failing = () => Promise.reject(new Error('store is away'));
    await expect(memo.get('a', at(0), failing)).rejects.toThrow('store is away');
    expect(await memo.get('a', at(0), load('first'))).toBe('first');
  });

  it('drops the oldest entry beyond its cap', async () => {
    const { memo, load, loads, at } = setup(2);
    for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) await memo.get(key, at(0), load(key));
    expect(loads).toEqual(['a', 'b', 'c', 'a']);
  });

  it('believes neither a clock that shows a time again nor one that stood still', async () => {
    const { memo, load, at } = setup();
    expect(await memo.get('a', at(0), load('first'))).toBe('first');
    expect(await memo.get('a', at(50, 3_600_050), load('second'))).toBe('second');
    expect(await memo.get('a', at(3_600_050, 3_600_060), load('third'))).toBe('third');
    expect(await memo.get('a', at(3_600_100, 3_600_100), load('fourth'))).toBe('third');
  });

  it('forgets on request, and when the clock steps back', async () => {
    const { memo, load, at } = setup();
    await memo.get('a', at(50), load('first'));
    memo.forget('a');
    expect(await memo.get('a', at(50), load('second'))).toBe('second');
    expect(await memo.get('a', at(49), load('third'))).toBe('third');
  });

  it('peeks at loaded or set values while fresh, without waiting for others', async () => {
    const { memo, at } = setup();
    const loading = Promise.withResolvers<string>();
    const got = memo.get('a', at(0), () => loading.promise);
    expect(memo.known('a', at(0))).toBeUndefined();
    loading.resolve('loaded');
    await got;
    expect(memo.known('a', at(99))).toBe('loaded');
    expect(memo.known('a', at(100))).toBeUndefined();
    memo.set('a', at(100), 'set');
    expect([memo.known('a', at(100)), await memo.get('a', at(100), fail)]).toEqual(['set', 'set']);
    memo.forget('a');
    expect(memo.known('a', at(100))).toBeUndefined();
  });
});

function fail(): never {
  throw new Error('Nothing is to be loaded');
}
