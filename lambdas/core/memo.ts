// Memoization inside one function: it replaces a shared cache. Concurrent misses share one load, rejections are
// not kept, entries live for `ttlMs`, and the oldest entry goes when there are too many. All go when the clock steps back:
// nothing tells how old they are.

type Entry<Value> = { loadedAt: number; value: Promise<Value> };

export type Memo<Value> = {
  get(key: string, now: number, load: () => Promise<Value>): Promise<Value>;
  forget(key: string): void;
};

export function createMemo<Value>(options: { ttlMs: number; entriesMax: number }): Memo<Value> {
  const entries = new Map<string, Entry<Value>>();
  let askedAt = -Infinity;

  function remember(key: string, entry: Entry<Value>): void {
    entries.delete(key);
    entries.set(key, entry);
    if (entries.size <= options.entriesMax) return;
    const [oldest] = entries.keys();
    if (oldest !== undefined) entries.delete(oldest);
  }

  return {
    get(key, now, load) {
      if (now < askedAt) entries.clear();
      askedAt = now;
      const known = entries.get(key);
      if (known !== undefined && now - known.loadedAt < options.ttlMs) return known.value;
      const entry: Entry<Value> = { loadedAt: now, value: load() };
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
