// Memoization inside one function: it replaces a shared cache. Concurrent misses share one load, rejections are
// not kept, entries live for `ttlMs`, and the oldest entry goes when there are too many. An entry must be young by two
// clocks: one that is set may show a time for the second time, one that never steps may have stood still.
import type { SteadyClock } from '../ports.ts';

type Moment = { now: number; steady: number };

type Entry<Value> = { loadedAt: Moment; value: Promise<Value>; loaded?: { value: Value } };

export type Memo<Value> = {
  get(key: string, clock: SteadyClock, load: () => Promise<Value>): Promise<Value>;
  /** Without waiting for anybody: what is still being loaded counts as not there. */
  known(key: string, clock: SteadyClock): Value | undefined;
  /** As if it had been loaded now. */
  set(key: string, clock: SteadyClock, value: Value): void;
  forget(key: string): void;
};

export function createMemo<Value>(options: { ttlMs: number; entriesMax: number }): Memo<Value> {
  const entries = new Map<string, Entry<Value>>();

  function young(key: string, at: Moment): Entry<Value> | undefined {
    const entry = entries.get(key);
    return entry !== undefined && isYoung(entry.loadedAt, at, options.ttlMs) ? entry : undefined;
  }

  function remember(key: string, entry: Entry<Value>): void {
    entries.delete(key);
    entries.set(key, entry);
    if (entries.size <= options.entriesMax) return;
    const [oldest] = entries.keys();
    if (oldest !== undefined) entries.delete(oldest);
  }

  return {
    get(key, clock, load) {
      const at = momentOf(clock);
      const known = young(key, at);
      if (known !== undefined) return known.value;
      const entry: Entry<Value> = { loadedAt: at, value: load() };
      remember(key, entry);
      entry.value.then(
        (value) => (entry.loaded = { value }),
        () => {
          if (entries.get(key) === entry) entries.delete(key);
        },
      );
      return entry.value;
    },
    known: (key, clock) => young(key, momentOf(clock))?.loaded?.value,
    set(key, clock, value) {
      const loadedAt = momentOf(clock);
      remember(key, { loadedAt, value: Promise.resolve(value), loaded: { value } });
    },
    forget(key) {
      entries.delete(key);
    },
  };
}

function momentOf(clock: SteadyClock): Moment {
  return { now: clock.now(), steady: clock.steady() };
}

function isYoung(loadedAt: Moment, at: Moment, ttlMs: number): boolean {
  const ages = [at.now - loadedAt.now, at.steady - loadedAt.steady];
  return ages.every((age) => age >= 0 && age < ttlMs);
}
