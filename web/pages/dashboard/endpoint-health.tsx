// Endpoints that need attention: failing, or cut off.
import type { Subscription } from '../../api/resources.ts';
import { HealthBadge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Shown } from '../../parts/states.tsx';
import { Line, Target } from '../../parts/text.tsx';
import { nameOf, useSubscriptions } from '../../state/subscriptions.ts';

const shownMax = 8;

export function EndpointHealth() {
  const subscriptions = useSubscriptions();
  return (
    <Card title="Failing endpoints">
      <Shown live={subscriptions}>{({ list }) => <Failing all={list} />}</Shown>
    </Card>
  );
}

function Failing({ all }: { all: readonly Subscription[] }) {
  const failing = all.filter(needsAttention);
  if (all.length === 0) return <p class="quiet">No subscriptions yet.</p>;
  if (failing.length === 0) return <p>All endpoints are healthy.</p>;
  return (
    <>
      <ul class="lines">
        {failing.slice(0, shownMax).map((subscription) => (
          <li key={subscription.id}>
            <div>
              <a href={`subscriptions/${subscription.id}`}>
                <Line text={nameOf(subscription)} max={60} />
              </a>
              <div class="hint">
                <Target url={subscription.target_url} />
              </div>
            </div>
            <HealthBadge health={subscription.health} />
          </li>
        ))}
      </ul>
      {failing.length > shownMax && (
        <p>
          <a href="subscriptions?health=failing">All {failing.length} failing endpoints</a>
        </p>
      )}
    </>
  );
}

/** Paused by a person on purpose. */
export function needsAttention({ health, inactive_reason: reason }: Subscription): boolean {
  if (health === 'inactive') return reason === 'gone' || reason === 'failing';
  return health !== 'healthy';
}
