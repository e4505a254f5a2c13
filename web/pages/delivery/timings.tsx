// An attempt's time as a bar of its parts.
import type { Attempt } from '../../api/resources.ts';
import { duration } from '../../format.ts';
import { timingParts } from './timing-parts.ts';

export function Timings({ attempt }: { attempt: Attempt }) {
  const parts = timingParts(attempt);
  const total = Math.max(attempt.duration_ms, 1);
  return (
    <div class="timings">
      <div class="overview-bar thin" aria-hidden="true">
        {parts.map(({ name, ms, tone }) => (
          <span
            key={name}
            class={tone}
            style={{ flexGrow: ms / total }}
            title={`${name}: ${duration(ms)}`}
          />
        ))}
      </div>
      <ul class="overview-counts hint">
        {parts.map(({ name, ms, tone }) => (
          <li key={name}>
            <span class={`dot ${tone}`} aria-hidden="true" /> {name} {duration(ms)}
          </li>
        ))}
        <li>
          <strong>in all {duration(attempt.duration_ms)}</strong>
        </li>
      </ul>
    </div>
  );
}
