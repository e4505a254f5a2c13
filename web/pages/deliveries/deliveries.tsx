// All deliveries, newest first, with filters kept in the URL.
import { useState } from 'preact/hooks';
import { PageHead } from '../../parts/card.tsx';
import { go, place } from '../../state/router.ts';
import { may } from '../../state/session.ts';
import { searchOf } from '../../api/url.ts';
import { ReplayDialog } from '../replays/replay-dialog.tsx';
import { DeliveryList } from './delivery-list.tsx';
import { FilterBar } from './filter-bar.tsx';
import type { Filters } from './filters.ts';
import { filtersFrom, queryOf } from './filters.ts';

export function Deliveries({ id }: { id: string }) {
  const [isReplaying, setReplaying] = useState(false);
  const filters = filtersFrom(place.value.query, id);
  const key = searchOf(queryOf(filters));
  const change = (changes: Partial<Filters>) =>
    go(`/deliveries${searchOf(queryOf({ ...filters, ...changes }))}`);
  return (
    <>
      <PageHead title="Deliveries">
        {may('admin') && (
          <button type="button" class="button" onClick={() => setReplaying(true)}>
            Replay…
          </button>
        )}
      </PageHead>
      <section class="card stack" aria-label="Filters">
        <FilterBar filters={filters} change={change} clear={() => go('/deliveries')} />
      </section>
      <DeliveryList key={key} filters={filters} />
      {isReplaying && <ReplayDialog filters={filters} onClose={() => setReplaying(false)} />}
    </>
  );
}
