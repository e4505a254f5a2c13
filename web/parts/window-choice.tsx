import { setQuery } from '../state/router.ts';
import type { WindowName } from '../state/stats.ts';
import { windowInUrl, windows } from '../state/stats.ts';

const titles: Record<WindowName, string> = { '24h': '24 hours', '3d': '3 days', '7d': '7 days' };

export function WindowChoice() {
  const current = windowInUrl();
  return (
    <div class="segments" role="group" aria-label="Time window">
      {(Object.keys(windows) as WindowName[]).map((name) => (
        <button
          type="button"
          key={name}
          aria-pressed={name === current}
          onClick={() => setQuery({ window: name === '24h' ? '' : name })}
        >
          {titles[name]}
        </button>
      ))}
    </div>
  );
}
