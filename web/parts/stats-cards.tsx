// Counters as cards, the same on the dashboard and on the page of a subscription.
import { useMemo } from 'preact/hooks';
import type { Stats } from '../api/resources.ts';
import { count, duration } from '../format.ts';
import { Card } from './card.tsx';
import { Chart } from './chart.tsx';
import { StatusOverview } from './status-overview.tsx';

export function OverviewCard({ stats, subscriptionId }: { stats: Stats; subscriptionId?: string }) {
  return (
    <Card title="Delivery status overview">
      <StatusOverview byStatus={stats.by_status} {...(subscriptionId && { subscriptionId })} />
    </Card>
  );
}

export function TrafficCard({ stats }: { stats: Stats }) {
  const { hourly } = stats;
  const times = useMemo(() => hourly.map(({ hour }) => Date.parse(hour) / 1_000), [hourly]);
  const series = useMemo(
    () => [
      { title: 'Deliveries', color: '--accent', values: hourly.map(({ total }) => total) },
      { title: 'Failed', color: '--bad', values: hourly.map(({ failed }) => failed) },
    ],
    [hourly],
  );
  const summary = `${count(stats.total)} deliveries, ${count(stats.by_status.failed)} failed, by the hour of acceptance.`;
  return (
    <Card title="Deliveries and failures over time">
      <Chart times={times} series={series} summary={summary} />
    </Card>
  );
}

export function LatencyCard({ stats }: { stats: Stats }) {
  const { latency_ms: latency } = stats;
  if (latency === null) {
    return (
      <Card title="Attempt duration">
        <p class="quiet">No attempts in this window.</p>
      </Card>
    );
  }
  const largest = Math.max(latency.p99, 1);
  return (
    <Card title="Attempt duration">
      <dl class="levels">
        {(['p50', 'p95', 'p99'] as const).map((name) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <span class="level" aria-hidden="true">
                <span style={{ width: `${(100 * latency[name]) / largest}%` }} />
              </span>
              <strong>{duration(latency[name])}</strong>
            </dd>
          </div>
        ))}
      </dl>
      <p class="hint">Estimated from a histogram of {count(stats.attempts)} attempts.</p>
    </Card>
  );
}
