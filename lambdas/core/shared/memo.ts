// Per-process memoization in place of a shared cache. Concurrent misses share one load, rejections
// are not kept, entries live for `ttlMs`, and the oldest entry is evicted when full. An entry must
// be fresh by two clocks: a wall clock that is set may repeat a time, a monotonic one may have
// stood still.
import { rememberLatest } from './remember-latest.ts';
import type { SteadyClock } from '../ports.ts';

type Moment = { now: number; steady: number };

type Entry<Value> = { loadedAt: Moment; value: Promise<Value>; loaded?: { value: Value } };

export type Memo<Value> = {
  get(key: string, clock: SteadyClock, load: () => Promise<Value>): Promise<Value>;
  /** Without waiting: an entry still loading counts as absent. */
  known(key: string, clock: SteadyClock): Value | undefined;
  /** As if just loaded. */
  set(key: string, clock: SteadyClock, value: Value): void;
  forget(key: string): void;
};

export function createMemo<Value>(options: { ttlMs: number; entriesMax: number }): Memo<Value> {
  const entries = new Map<string, Entry<Value>>();

  function young(key: string, at: Moment): Entry<Value> | undefined {
    const entry = entries.get(key);
    return entry !== undefined && isYoung(entry.loadedAt, at, options.ttlMs) ? entry : undefined;
  }

  const remember = (key: string, value: Entry<Value>) =>
    rememberLatest(entries, key, { value, most: options.entriesMax });

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
