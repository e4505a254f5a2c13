// Replay jobs, newest first.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Replay } from '../../api/resources.ts';
import { Badge } from '../../parts/badge.tsx';
import { PageHead } from '../../parts/card.tsx';
import { Id } from '../../parts/copy.tsx';
import { SubscriptionLink } from '../../parts/delivery-table.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { useAction } from '../../state/action.ts';
import { useLive } from '../../state/live.ts';
import { ReplayProgress } from './replay-progress.tsx';

const tones = { running: 'calm', paused: 'warn', completed: 'good', cancelled: 'off' } as const;

export function ReplayBadge({ state }: { state: Replay['state'] }) {
  return <Badge tone={tones[state]}>{state}</Badge>;
}

const pageSize = 20;

export function Replays() {
  const live = useLive(
    'replays',
    (signal) => call('listReplays', { query: { limit: pageSize }, signal }),
    3_000,
  );
  return (
    <>
      <PageHead title="Replays" />
      <p class="quiet">
        A replay gives a new cycle of attempts to every delivery that matches its filters. Start one
        from the <a href="deliveries?status=failed">failed deliveries</a>.
      </p>
      <Shown live={live} rows={5}>
        {({ replays, next_cursor: cursor }) =>
          replays.length === 0 ? (
            <Empty title="No replays yet" />
          ) : (
            <section class="card stack" aria-label="Replays">
              <List replays={replays} cursor={cursor} />
            </section>
          )
        }
      </Shown>
    </>
  );
}

type ListProps = { replays: readonly Replay[]; cursor: string | null };

/** The first page stays current; pages loaded after it remain below. */
function List({ replays, cursor }: ListProps) {
  const [older, setOlder] = useState<{ replays: readonly Replay[]; cursor: string | null }>();
  const action = useAction();
  const next = older === undefined ? cursor : older.cursor;
  const more = async () => {
    const query = { limit: pageSize, ...(next !== null && { cursor: next }) };
    const page = await call('listReplays', { query });
    setOlder({ replays: [...(older?.replays ?? []), ...page.replays], cursor: page.next_cursor });
  };
  const known = new Set(replays.map(({ id }) => id));
  const rows = [...replays, ...(older?.replays ?? []).filter(({ id }) => !known.has(id))];
  return (
    <>
      <Table caption="Replays, newest first" columns={columns} rows={rows} keyOf={({ id }) => id} />
      {next !== null && (
        <div>
          <button
            type="button"
            class="button"
            aria-disabled={action.isBusy}
            onClick={() => void action.run(more)}
          >
            Load more
          </button>
        </div>
      )}
    </>
  );
}

const columns: readonly Column<Replay>[] = [
  { title: 'Replay', cell: ({ id }) => <Id id={id} href={`replays/${id}`} /> },
  { title: 'State', cell: ({ state }) => <ReplayBadge state={state} /> },
  {
    title: 'Subscription',
    cell: ({ subscription_id: id }) => (id === null ? 'All' : <SubscriptionLink id={id} />),
  },
  { title: 'Statuses', cell: ({ status }) => status.join(', ') },
  { title: 'Progress', cell: (replay) => <ReplayProgress replay={replay} /> },
  { title: 'Created', cell: ({ created_at: at }) => <Time at={at} how="relative" /> },
];
