// Deliveries as a table, newest first.
import type { ComponentChildren } from 'preact';
import type { Delivery } from '../api/resources.ts';
import { nameOf, useSubscriptions } from '../state/subscriptions.ts';
import { EventType, StatusBadge } from './badge.tsx';
import { Id } from './copy.tsx';
import type { Column } from './table.tsx';
import { Table } from './table.tsx';
import { Line } from './text.tsx';
import { Time } from './time.tsx';

type Props = {
  caption: string;
  deliveries: readonly Delivery[];
  withSubscription: boolean;
  lastColumn?: Column<Delivery>;
  classOf?: (delivery: Delivery) => string;
  detailOf?: (delivery: Delivery) => ComponentChildren;
};

export function DeliveryTable({ deliveries, withSubscription, lastColumn, ...table }: Props) {
  const columns = [
    ...baseColumns.toSpliced(1, 0, ...(withSubscription ? [subscriptionColumn] : [])),
    ...(lastColumn ? [lastColumn] : []),
  ];
  return <Table {...table} columns={columns} rows={deliveries} keyOf={({ id }) => id} />;
}

const subscriptionColumn: Column<Delivery> = {
  title: 'Subscription',
  cell: ({ subscription_id: id }) => <SubscriptionLink id={id} />,
};

const baseColumns: readonly Column<Delivery>[] = [
  { title: 'Delivery', cell: ({ id }) => <Id id={id} href={`delivery/${id}`} /> },
  { title: 'Event type', cell: ({ event_type: type }) => <EventType type={type} /> },
  { title: 'Status', cell: (delivery) => <StatusCell delivery={delivery} /> },
  { title: 'Attempts', side: 'end', cell: ({ attempt_count: attempts }) => attempts },
  { title: 'Created', cell: ({ created_at: at }) => <Time at={at} how="relative" /> },
];

function StatusCell({ delivery }: { delivery: Delivery }) {
  const { status, last_error_code: error, next_attempt_at: next } = delivery;
  return (
    <span class="tags">
      <StatusBadge status={status} />
      {error !== null && status !== 'delivered' && <code class="quiet">{error}</code>}
      {status === 'retrying' && next !== null && (
        <span class="quiet">
          next <Time at={next} how="relative" />
        </span>
      )}
    </span>
  );
}

export function SubscriptionLink({ id }: { id: string }) {
  const { data } = useSubscriptions(60_000);
  const found = data?.list.find((subscription) => subscription.id === id);
  return (
    <a href={`subscriptions/${id}`} title={id}>
      {found ? <Line text={nameOf(found)} max={40} /> : <code>{`…${id.slice(-6)}`}</code>}
    </a>
  );
}
