// Memoization inside one function: it replaces a shared cache. Concurrent misses share one load, rejections are
// not kept, entries live for `ttlMs`, and the oldest entry goes when there are too many. An entry must be young by two
// clocks: one that is set may show a time for the second time, one that never steps may have stood still.
import type { SteadyClock } from './ports.ts';

type Moment = { now: number; steady: number };

type Entry<Value> = { loadedAt: Moment; value: Promise<Value> };

export type Memo<Value> = {
  get(key: string, clock: SteadyClock, load: () => Promise<Value>): Promise<Value>;
  forget(key: string): void;
};

export function createMemo<Value>(options: { ttlMs: number; entriesMax: number }): Memo<Value> {
  const entries = new Map<string, Entry<Value>>();

  function remember(key: string, entry: Entry<Value>): void {
    entries.delete(key);
    entries.set(key, entry);
    if (entries.size <= options.entriesMax) return;
    const [oldest] = entries.keys();
    if (oldest !== undefined) entries.delete(oldest);
  }

  return {
    get(key, clock, load) {
      const at = { now: clock.now(), steady: clock.steady() };
      const known = entries.get(key);
      if (known !== undefined && isYoung(known.loadedAt, at, options.ttlMs)) return known.value;
      const entry: Entry<Value> = { loadedAt: at, value: load() };
      remember(key, entry);
      entry.value.catch(() => {
        if (entries.get(key) === entry) entries.delete(key);
      });
      return entry.value;
    },
    forget(key) {
      entries.delete(key);
    },
  };
}

function isYoung(loadedAt: Moment, at: Moment, ttlMs: number): boolean {
  const ages = [at.now - loadedAt.now, at.steady - loadedAt.steady];
  return ages.every((age) => age >= 0 && age < ttlMs);
}
