import { describe, expect, it } from 'vitest';
import { createMemo } from '../../lambdas/core/memo.ts';

function setup(entriesMax = 2) {
  const loads: string[] = [];
  const memo = createMemo<string>({ ttlMs: 100, entriesMax });
  const load = (value: string) => () => {
    loads.push(value);
    return Promise.resolve(value);
  };
  return { memo, load, loads };
}

describe('memo', () => {
  it('loads once within its time to live, and again at its end', async () => {
    const { memo, load, loads } = setup();
    expect(await memo.get('a', 0, load('first'))).toBe('first');
    expect(await memo.get('a', 99, load('second'))).toBe('first');
    expect(await memo.get('a', 100, load('second'))).toBe('second');
    expect(loads).toEqual(['first', 'second']);
  });

  it('shares one load among concurrent misses', async () => {
    const { memo, load, loads } = setup();
    await Promise.all([1, 2, 3].map(() => memo.get('a', 0, load('first'))));
    expect(loads).toHaveLength(1);
  });

  it('does not keep a rejection', async () => {
    const { memo, load } = setup();
    const failing = () => Promise.reject(new Error('store is away'));
    await expect(memo.get('a', 0, failing)).rejects.toThrow('store is away');
    expect(await memo.get('a', 0, load('first'))).toBe('first');
  });

  it('drops the oldest entry beyond its cap', async () => {
    const { memo, load, loads } = setup(2);
    for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) await memo.get(key, 0, load(key));
    expect(loads).toEqual(['a', 'b', 'c', 'a']);
  });

  it('forgets on request, and when the clock steps back', async () => {
    const { memo, load } = setup();
    await memo.get('a', 50, load('first'));
    memo.forget('a');
    expect(await memo.get('a', 50, load('second'))).toBe('second');
    expect(await memo.get('a', 49, load('third'))).toBe('third');
  });
});
