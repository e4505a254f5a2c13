// The event types that a subscription accepts; none means all.
import { EventType } from '../../parts/badge.tsx';

export function EventTypes({
  types,
  max = 100,
}: {
  types: readonly string[] | null;
  max?: number;
}) {
  if (types === null || types.length === 0) return <span>All events</span>;
  const rest = types.length - max;
  return (
    <span class="tags">
      {types.slice(0, max).map((type) => (
        <EventType type={type} key={type} />
      ))}
      {rest > 0 && <span title={types.slice(max).join(', ')}>+{rest}</span>}
    </span>
  );
}
