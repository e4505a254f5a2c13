// Self-refreshing data: loaded immediately, then every few seconds while the page is visible, and
// kept on display while reloading. Users of the same key share one source, and returning users
// first see its last data.
import type { Signal } from '@preact/signals';
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isAbort } from '../api/failure.ts';

export type Live<Data> = {
  data: Data | undefined;
  /** From the last try; earlier data stays. */
  error: unknown;
  isLoading: boolean;
  reload: () => void;
};

type Load = (signal: AbortSignal) => Promise<unknown>;
type State = { data: unknown; error: unknown };
type Source = {
  state: Signal<State>;
  load: Load;
  /** Starts with the first subscriber; returns the unsubscribe function. */
  join: (everyMs: number) => () => void;
  reload: () => void;
  isUsed: () => boolean;
};

const sourcesMax = 80;
/** For data that loads once, and failed. */
const againMs = 3_000;
const sources = new Map<string, Source>();

/** After a sign-out nothing of the previous session may be visible. */
export function forgetAll(): void {
  for (const source of sources.values()) source.state.value = { data: undefined, error: undefined };
}

/**
 * `key` identifies the data: another key loads other data. `everyMs` 0 loads it once, with retries.
 */
export function useLive<Data>(
  key: string,
  load: (signal: AbortSignal) => Promise<Data>,
  everyMs = 5_000,
): Live<Data> {
  const source = sourceFor(key, load);
  useEffect(() => source.join(everyMs), [source, everyMs]);
  const { data, error } = source.state.value;
  return {
    data: data as Data | undefined,
    error,
    isLoading: data === undefined && error === undefined,
    reload: source.reload,
  };
}

/** After a change: viewers see it immediately. */
export function reloadLive(key: string): void {
  sources.get(key)?.reload();
}

function sourceFor(key: string, load: Load): Source {
  const source = sources.get(key) ?? createSource(load);
  source.load = load;
  sources.delete(key);
  sources.set(key, source);
  if (sources.size > sourcesMax) {
    const idle = [...sources].find(([, { isUsed }]) => !isUsed());
    if (idle) sources.delete(idle[0]);
  }
  return source;
}

function createSource(load: Load): Source {
  const state = signal<State>({ data: undefined, error: undefined });
  /** How often each user wants it. */
  const wishes: number[] = [];
  let running = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function once(): Promise<void> {
    const { signal: stopped } = running;
    try {
      const data = await source.load(stopped);
      if (!stopped.aborted) state.value = { data, error: undefined };
    } catch (error) {
      if (stopped.aborted || isAbort(error)) return;
      state.value = { data: state.peek().data, error };
    }
    if (stopped.aborted) return;
    const hasNone = state.peek().data === undefined;
    const everyMs = wishes.map((ms) => (ms === 0 && hasNone ? againMs : ms)).filter((ms) => ms > 0);
    if (everyMs.length > 0) timer = setTimeout(whileSeen, Math.min(...everyMs));
  }

  function whileSeen(): void {
    if (!document.hidden) return void once();
    const { signal: stopped } = running;
    document.addEventListener('visibilitychange', whileSeen, { once: true, signal: stopped });
  }

  function stop(): void {
    clearTimeout(timer);
    running.abort();
    running = new AbortController();
  }

  const source: Source = {
    state,
    load,
    isUsed: () => wishes.length > 0,
    reload() {
      stop();
      if (wishes.length > 0) void once();
    },
    join(everyMs) {
      wishes.push(everyMs);
      if (wishes.length === 1) void once();
      return () => {
        wishes.splice(wishes.indexOf(everyMs), 1);
        if (wishes.length === 0) stop();
      };
    },
  };
  return source;
}
