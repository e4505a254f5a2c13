// Event types known to the API: those that subscriptions name, and those of the latest deliveries.
import { call } from '../api/client.ts';
import type { Delivery, Subscription } from '../api/resources.ts';
import { searchOf } from '../api/url.ts';
import { count } from '../format.ts';
import { EventType } from '../parts/badge.tsx';
import { PageHead } from '../parts/card.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { eventTypesOf } from '../state/event-type-counts.ts';
import type { EventTypeCount } from '../state/event-type-counts.ts';
import { useLive } from '../state/live.ts';
import { useSubscriptions } from '../state/subscriptions.ts';

const pagesMax = 5;

export function EventTypesPage() {
  const subscriptions = useSubscriptions(30_000);
  const deliveries = useLive('event types', loadLatest, 30_000);
  return (
    <>
      <PageHead title="Event types" />
      <p class="quiet">
        Types that subscriptions name, and types of the latest {pagesMax * 100} deliveries.
      </p>
      <Shown live={subscriptions} rows={6}>
        {({ list }) => (
          <Shown live={deliveries} rows={6}>
            {(latest) => <Types subscriptions={list} deliveries={latest} />}
          </Shown>
        )}
      </Shown>
    </>
  );
}

async function loadLatest(signal: AbortSignal): Promise<Delivery[]> {
  const latest: Delivery[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pagesMax; page += 1) {
    const query: { limit: number; cursor?: string } = {
      limit: 100,
      ...(cursor !== null && { cursor }),
    };
    const answer = await call('listDeliveries', { query, signal });
    latest.push(...answer.deliveries);
    cursor = answer.next_cursor;
    if (cursor === null) break;
  }
  return latest;
}

type Props = { subscriptions: readonly Subscription[]; deliveries: readonly Delivery[] };

function Types({ subscriptions, deliveries }: Props) {
  const rows = eventTypesOf(subscriptions, deliveries);
  if (rows.length === 0) return <Empty title="No event types yet" />;
  return (
    <section class="card" aria-label="Event types">
      <Table caption="Event types" columns={columns} rows={rows} keyOf={({ type }) => type ?? ''} />
    </section>
  );
}

const columns: readonly Column<EventTypeCount>[] = [
  { title: 'Event type', cell: ({ type }) => <EventType type={type} /> },
  {
    title: 'Subscriptions that name it',
    side: 'end',
    cell: ({ type, subscriptions }) =>
      subscriptions > 0 && type !== null ? (
        <a href={`subscriptions${searchOf({ q: type })}`}>{count(subscriptions)}</a>
      ) : (
        count(subscriptions)
      ),
  },
  {
    title: 'Latest deliveries',
    side: 'end',
    cell: ({ type, deliveries }) =>
      type !== null && deliveries > 0 ? (
        <a href={`deliveries${searchOf({ event_type: type })}`}>{count(deliveries)}</a>
      ) : (
        count(deliveries)
      ),
  },
  { title: 'Failed', side: 'end', cell: ({ failed }) => count(failed) },
  { title: 'Last seen', cell: ({ lastAt }) => <Time at={lastAt} how="relative" /> },
];
