// One subscription: its details, its endpoint's health, and its deliveries.
import { call } from '../../api/client.ts';
import type { Subscription as Resource } from '../../api/resources.ts';
import { count, decimal, percent } from '../../format.ts';
import { HealthBadge, OperationalBadge, SubscriptionBadge } from '../../parts/badge.tsx';
import { Card, Numbers, PageHead } from '../../parts/card.tsx';
import { RecentDeliveries } from '../../parts/recent-deliveries.tsx';
import { Shown } from '../../parts/states.tsx';
import { LatencyCard, OverviewCard, TrafficCard } from '../../parts/stats-cards.tsx';
import { WindowChoice } from '../../parts/window-choice.tsx';
import { useLive } from '../../state/live.ts';
import { openOf, useSubscriptionStats, windowInUrl } from '../../state/stats.ts';
import { nameOf } from '../../state/subscriptions.ts';
import { Actions } from './actions.tsx';
import { Details } from './details.tsx';
import { EndpointBox } from './endpoint-box.tsx';
import { HealthCard } from './health-card.tsx';

export function Subscription({ id }: { id: string }) {
  const live = useLive(`subscription ${id}`, (signal) => call('getSubscription', { id, signal }));
  return (
    <Shown live={live} rows={6}>
      {({ subscription }) => <Page subscription={subscription} />}
    </Shown>
  );
}

function Page({ subscription }: { subscription: Resource }) {
  const { id, status, health } = subscription;
  return (
    <>
      <PageHead
        title={nameOf(subscription)}
        back={{ href: 'subscriptions', title: 'Subscriptions' }}
      >
        <SubscriptionBadge subscription={subscription} />
        {status === 'active' && <HealthBadge health={health} />}
        {subscription.operational_events && <OperationalBadge />}
        <Actions subscription={subscription} />
      </PageHead>
      <div class="actions">
        <WindowChoice />
      </div>
      <Counters id={id} />
      <div class="columns">
        <Card title="Details">
          <Details subscription={subscription} />
        </Card>
        <div class="stack">
          <HealthCard id={id} />
          <EndpointBox subscription={subscription} />
        </div>
      </div>
      <RecentDeliveries limit={20} subscriptionId={id} />
    </>
  );
}

function Counters({ id }: { id: string }) {
  const stats = useSubscriptionStats(id, windowInUrl());
  return (
    <Shown live={stats} rows={4}>
      {(data) => (
        <>
          <Numbers
            figures={[
              { title: 'Deliveries', value: count(data.total) },
              {
                title: 'Success rate',
                value: percent(data.success_rate),
                hint: 'of finished deliveries',
              },
              { title: 'Average attempts', value: decimal(data.average_attempts) },
              { title: 'Backlog', value: count(openOf(data)), hint: 'pending, retrying or parked' },
            ]}
          />
          <OverviewCard stats={data} subscriptionId={id} />
          <div class="columns">
            <TrafficCard stats={data} />
            <LatencyCard stats={data} />
          </div>
        </>
      )}
    </Shown>
  );
}
