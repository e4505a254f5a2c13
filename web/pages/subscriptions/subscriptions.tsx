// All subscriptions, with a search over what the list shows.
import type { Subscription } from '../../api/resources.ts';
import { count } from '../../format.ts';
import { HealthBadge, OperationalBadge, SubscriptionBadge } from '../../parts/badge.tsx';
import { PageHead } from '../../parts/card.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { Line, Target } from '../../parts/text.tsx';
import { Time } from '../../parts/time.tsx';
import { place, setQuery } from '../../state/router.ts';
import { may } from '../../state/session.ts';
import { nameOf, useSubscriptions } from '../../state/subscriptions.ts';
import { needsAttention } from '../dashboard/endpoint-health.tsx';
import { RowActions } from './row-actions.tsx';
import { EventTypes } from './event-types.tsx';

export function Subscriptions() {
  const subscriptions = useSubscriptions(5_000);
  return (
    <>
      <PageHead title="Subscriptions">
        {may('admin') && (
          <a class="button primary" href="subscriptions/new">
            Add subscription
          </a>
        )}
      </PageHead>
      <Shown live={subscriptions} rows={6}>
        {({ list, isComplete }) =>
          list.length === 0 ? <None /> : <List {...{ list, isComplete }} />
        }
      </Shown>
    </>
  );
}

function None() {
  return (
    <Empty title="No subscriptions yet">
      <p>A subscription says where events are delivered, and which.</p>
      {may('admin') && (
        <a class="button" href="subscriptions/new">
          Add the first one
        </a>
      )}
    </Empty>
  );
}

function List({ list, isComplete }: { list: readonly Subscription[]; isComplete: boolean }) {
  const search = place.value.query.get('q') ?? '';
  const health = place.value.query.get('health') ?? '';
  const shown = list.filter((one) => matches(one, search) && isOfHealth(one, health));
  return (
    <section class="card stack" aria-label="List">
      <div class="row-fields">
        <div class="field search">
          <label for="search">Search</label>
          <input
            id="search"
            type="search"
            placeholder="Name, URL, event type or id"
            value={search}
            onInput={(event) => setQuery({ q: event.currentTarget.value })}
          />
        </div>
        <div class="field">
          <label for="status">Status</label>
          <select
            id="status"
            value={health}
            onChange={(event) => setQuery({ health: event.currentTarget.value })}
          >
            <option value="">All</option>
            <option value="active">Active</option>
            <option value="inactive">Inactive</option>
            <option value="failing">Needs attention</option>
          </select>
        </div>
      </div>
      <p class="quiet" role="status">
        {shown.length === list.length
          ? `${count(list.length)} subscriptions`
          : `${count(shown.length)} of ${count(list.length)} subscriptions`}
        {!isComplete && ', the newest thousand'}
      </p>
      {shown.length === 0 ? (
        <Empty title="No subscriptions match" />
      ) : (
        <Table caption="Subscriptions" columns={columns} rows={shown} keyOf={({ id }) => id} />
      )}
    </section>
  );
}

function matches(subscription: Subscription, search: string): boolean {
  const { id, name, target_url: target, event_types: types } = subscription;
  const text = [id, name ?? '', target, ...(types ?? [])].join('\n').toLowerCase();
  return text.includes(search.trim().toLowerCase());
}

function isOfHealth(subscription: Subscription, wanted: string): boolean {
  if (wanted === 'failing') return needsAttention(subscription);
  return wanted === '' || subscription.status === wanted;
}

const columns: readonly Column<Subscription>[] = [
  {
    title: 'Name',
    cell: (one) => (
      <a href={`subscriptions/${one.id}`}>
        <Line text={nameOf(one)} max={60} />
      </a>
    ),
  },
  { title: 'Target URL', cell: ({ target_url: url }) => <Target url={url} /> },
  { title: 'Event types', cell: ({ event_types: types }) => <EventTypes types={types} max={2} /> },
  {
    title: 'Secret',
    cell: ({ secret }) => (secret === null ? <span class="quiet">None</span> : 'Configured'),
  },
  {
    title: 'Status',
    cell: (one) => (
      <span class="tags">
        <SubscriptionBadge subscription={one} />
        {one.status === 'active' && one.health !== 'healthy' && <HealthBadge health={one.health} />}
        {one.operational_events && <OperationalBadge />}
      </span>
    ),
  },
  { title: 'Created', cell: ({ created_at: at }) => <Time at={at} how="date" /> },
  { title: 'Actions', side: 'end', cell: (one) => <RowActions subscription={one} /> },
];
