// Remembers for a minute that the service failed: health must not report ok while requests get a
// 500.

const shownMs = 60_000;

export type RecentFailures = { note(): void; hasSome(): boolean };

export function createRecentFailures(): RecentFailures {
  let lastAt = -Infinity;
  return {
    note() {
      lastAt = performance.now();
    },
    hasSome: () => performance.now() - lastAt < shownMs,
  };
}
