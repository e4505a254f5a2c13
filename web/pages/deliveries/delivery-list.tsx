// The list: kept current at the top, longer on demand, and never jumping while being read.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Delivery } from '../../api/resources.ts';
import { searchOf } from '../../api/url.ts';
import { count } from '../../format.ts';
import { DeliveryTable } from '../../parts/delivery-table.tsx';
import { Empty, FailureBox, Loading, Stale } from '../../parts/states.tsx';
import { useAction } from '../../state/action.ts';
import { useLive } from '../../state/live.ts';
import { DeliveryPreview } from './delivery-preview.tsx';
import type { Filters } from './filters.ts';
import { areSet, queryOf } from './filters.ts';
import type { ListState } from './list-state.ts';
import { extended, nothingYet, refreshed, revealed } from './list-state.ts';

const pageSize = 50;
const pageSizeMax = 100;

export function DeliveryList({ filters }: { filters: Filters }) {
  const { live, state, reveal, more } = useList(filters);
  const action = useAction();
  if (live.isLoading) return <Loading rows={8} />;
  if (live.data === undefined) return <FailureBox error={live.error} onRetry={live.reload} />;
  return (
    <section class="card stack" aria-label="Deliveries">
      {live.error !== undefined && <Stale error={live.error} />}
      <div>
        <NewRows state={state} reveal={reveal} />
        {state.rows.length === 0 ? (
          <None filters={filters} />
        ) : (
          <Rows state={state} withSubscription={filters.subscription_id === ''} />
        )}
      </div>
      <div class="actions">
        {state.cursor !== null && (
          <button
            type="button"
            class="button"
            aria-disabled={action.isBusy}
            onClick={() => void action.run(more)}
          >
            {action.isBusy ? 'Loading…' : state.rows.length === 0 ? 'Search further' : 'Load more'}
          </button>
        )}
        <span class="quiet" role="status">
          {count(state.rows.length)} shown
          {state.cursor === null && state.rows.length > 0 && ', all'}
        </span>
      </div>
    </section>
  );
}

function useList(filters: Filters) {
  const query = queryOf(filters);
  const [state, setState] = useState<ListState>(nothingYet);
  const limit = state.rows.length > pageSize ? pageSizeMax : pageSize;
  const live = useLive(
    `deliveries ${searchOf(query ?? {})}`,
    (signal) => call('listDeliveries', { query: { ...query, limit }, signal }),
    4_000,
  );
  const { data } = live;
  useEffect(() => {
    if (data) setState((now) => refreshed(now, data));
  }, [data]);
  return {
    live,
    state: state === nothingYet && data ? refreshed(state, data) : state,
    reveal: () => setState(revealed),
    more: async () => {
      const next = {
        ...query,
        limit: pageSize,
        ...(state.cursor !== null && { cursor: state.cursor }),
      };
      const page = await call('listDeliveries', { query: next });
      setState((now) => extended(now, page));
    },
  };
}

function NewRows({ state, reveal }: { state: ListState; reveal: () => void }) {
  const { incoming, restart } = state;
  const show = () => {
    reveal();
    window.scrollTo({ top: 0 });
  };
  return (
    <div class="new-rows">
      <span class="hidden" role="status">
        {incoming.length > 0 && `${incoming.length} new deliveries`}
      </span>
      {incoming.length > 0 && (
        <button type="button" class="button primary small" onClick={show}>
          Show {incoming.length}
          {restart !== null && '+'} new
        </button>
      )}
    </div>
  );
}

function None({ filters }: { filters: Filters }) {
  return areSet(filters) ? (
    <Empty title="No deliveries match the filters" />
  ) : (
    <Empty title="No deliveries found. Try sending a test webhook." />
  );
}

function Rows({ state, withSubscription }: { state: ListState; withSubscription: boolean }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = ({ id }: Delivery) => {
    const changed = new Set(open);
    if (!changed.delete(id)) changed.add(id);
    setOpen(changed);
  };
  return (
    <DeliveryTable
      caption="Deliveries, newest first"
      deliveries={state.rows}
      withSubscription={withSubscription}
      classOf={({ id }) => (state.left.has(id) ? 'left' : '')}
      detailOf={({ id }) => (open.has(id) ? <DeliveryPreview id={id} /> : null)}
      lastColumn={{
        title: 'Payload',
        side: 'end',
        cell: (delivery) => (
          <button
            type="button"
            class="button small"
            aria-expanded={open.has(delivery.id)}
            onClick={() => toggle(delivery)}
          >
            {open.has(delivery.id) ? 'Hide' : 'Show'}
            <span class="hidden"> payload and attempts</span>
          </button>
        ),
      }}
    />
  );
}
