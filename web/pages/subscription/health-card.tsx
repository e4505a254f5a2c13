// The endpoint's health: its circuit, its backlog and how long that will take, and recent changes.
import { call } from '../../api/client.ts';
import type { Health } from '../../api/resources.ts';
import { count, decimal, duration } from '../../format.ts';
import { HealthBadge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Shown } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import type { Fact } from '../../parts/facts.tsx';
import { Facts } from '../../parts/facts.tsx';
import { useLive } from '../../state/live.ts';

const wordOfEvent: Record<Health['history'][number]['event'], string> = {
  circuit_opened: 'Circuit opened: deliveries are parked',
  circuit_closed: 'Circuit closed: deliveries are sent',
  backlog_drained: 'Backlog drained',
  disabled: 'Deactivated by the service',
};

export function HealthCard({ id }: { id: string }) {
  const live = useLive(`health ${id}`, (signal) => call('getSubscriptionHealth', { id, signal }));
  return (
    <Card title="Endpoint health">
      <Shown live={live}>{(health) => <HealthFacts health={health} />}</Shown>
    </Card>
  );
}

function HealthFacts({ health }: { health: Health }) {
  const facts: readonly Fact[] = [
    ['State', <HealthBadge health={health.state} />],
    ['Since', <Time at={health.since} />],
    ...timeFact('Failing since', health.failing_since),
    ...timeFact('Next probe', health.next_probe_at),
    ...(health.probes > 0 ? [['Probes', count(health.probes)] as const] : []),
    ...timeFact('Asked for a pause until', health.held_until),
    ['Backlog', <Backlog health={health} />],
  ];
  return (
    <div class="stack">
      <Facts facts={facts} />
      <History history={health.history} />
    </div>
  );
}

function timeFact(title: string, at: string | null) {
  return at === null ? [] : [[title, <Time at={at} how="relative" />] as const];
}

function Backlog({ health: { backlog } }: { health: Health }) {
  if (backlog.parked === 0) return <>Nothing is parked</>;
  return (
    <>
      {count(backlog.parked)}
      {!backlog.complete && '+'} parked
      <div class="hint">
        {backlog.deliveries_per_second > 0 &&
          `Drains at ${decimal(backlog.deliveries_per_second)} a second, in about ${duration(
            backlog.estimated_drain_seconds * 1_000,
          )}, once the endpoint takes them.`}
      </div>
    </>
  );
}

function History({ history }: Pick<Health, 'history'>) {
  if (history.length === 0) return null;
  return (
    <div>
      <h3>History</h3>
      <ul class="lines">
        {history.map(({ at, event }) => (
          <li key={`${at} ${event}`}>
            <span>{wordOfEvent[event]}</span>
            <span class="quiet">
              <Time at={at} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
