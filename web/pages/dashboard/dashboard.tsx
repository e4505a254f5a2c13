// Current activity at a glance.
import type { Answer } from '../../api/calls.ts';
import { PageHead, Numbers } from '../../parts/card.tsx';
import { Shown } from '../../parts/states.tsx';
import { LatencyCard, OverviewCard, TrafficCard } from '../../parts/stats-cards.tsx';
import { WindowChoice } from '../../parts/window-choice.tsx';
import { count, decimal, percent } from '../../format.ts';
import { openOf, useStats, windowInUrl } from '../../state/stats.ts';
import { EndpointHealth } from './endpoint-health.tsx';
import { GettingStarted } from './getting-started.tsx';
import { RecentDeliveries } from '../../parts/recent-deliveries.tsx';

export function Dashboard() {
  const stats = useStats(windowInUrl());
  return (
    <>
      <PageHead title="Dashboard">
        <WindowChoice />
      </PageHead>
      <Shown live={stats} rows={5}>
        {(data) => <Overview stats={data} />}
      </Shown>
      <EndpointHealth />
      <RecentDeliveries limit={5} />
      <GettingStarted />
    </>
  );
}

function Overview({ stats }: { stats: Answer<'getStats'> }) {
  const { parked } = stats.by_status;
  return (
    <>
      <Numbers
        figures={[
          { title: 'Active subscriptions', value: count(stats.active_subscriptions) },
          { title: 'Deliveries', value: count(stats.total) },
          {
            title: 'Success rate',
            value: percent(stats.success_rate),
            hint: 'of finished deliveries',
          },
          { title: 'Average attempts', value: decimal(stats.average_attempts) },
          {
            title: 'Backlog',
            value: count(openOf(stats)),
            hint: parked > 0 ? `${count(parked)} parked` : 'pending or retrying',
          },
        ]}
      />
      <OverviewCard stats={stats} />
      <div class="columns">
        <TrafficCard stats={stats} />
        <LatencyCard stats={stats} />
      </div>
    </>
  );
}
