import type { Replay } from '../../api/resources.ts';
import { count } from '../../format.ts';

/** The progress; without a count of matches, only how many are done. */
export function ReplayProgress({ replay }: { replay: Replay }) {
  const { matched, examined, state, replayed } = replay;
  const total = state === 'completed' ? examined : matched;
  return (
    <div class="stack tight">
      <progress
        aria-label="Deliveries examined"
        max={Math.max(total ?? 0, examined, 1)}
        {...(total === null
          ? {}
          : { value: state === 'completed' ? Math.max(examined, 1) : examined })}
      />
      <span class="quiet">
        {count(examined)}
        {total !== null && ` of ${count(Math.max(total, examined))}`} examined, {count(replayed)}{' '}
        replayed
      </span>
    </div>
  );
}
