import { useState } from 'preact/hooks';
import { deliveryStatuses } from '../../api/resources.ts';
import { isolated } from '../../format.ts';
import { ChoiceField, Field, TextField } from '../../parts/field.tsx';
import { errorCodes } from '../../state/error-codes.ts';
import { notify } from '../../state/notices.ts';
import { go } from '../../state/router.ts';
import { nameOf, useSubscriptions } from '../../state/subscriptions.ts';
import type { Filters } from './filters.ts';
import { areSet, inputTime, timeOfInput } from './filters.ts';

type Props = {
  filters: Filters;
  change: (changes: Partial<Filters>) => void;
  clear: () => void;
};

/** On a narrow screen they are folded, so that the list comes first. */
export function FilterBar({ filters, change, clear }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class="button fold"
        aria-expanded={isOpen}
        aria-controls="delivery-filters"
        onClick={() => setOpen(!isOpen)}
      >
        {areSet(filters) ? 'Filters (set)' : 'Filters'}
      </button>
      <div id="delivery-filters" class={isOpen ? 'filters open' : 'filters'}>
        <FilterFields filters={filters} change={change} clear={clear} />
      </div>
    </>
  );
}

function FilterFields({ filters, change, clear }: Props) {
  return (
    <>
      <ChoiceField
        label="Status"
        value={filters.status}
        options={[['', 'All'], ...deliveryStatuses.map((status) => [status, status] as const)]}
        onValue={(status) => change({ status: status as Filters['status'] })}
      />
      <SubscriptionFilter filters={filters} change={change} />
      <TypeFilter filters={filters} change={change} />
      <ChoiceField
        label="Error code"
        value={filters.error_code}
        options={[['', 'All'], ...errorCodes.map(({ code }) => [code, code] as const)]}
        onValue={(code) => change({ error_code: code })}
      />
      <TimeFilter label="Since" value={filters.since} onTime={(since) => change({ since })} />
      <TimeFilter label="Until" value={filters.until} onTime={(until) => change({ until })} />
      <IdSearch />
      {areSet(filters) && (
        <button type="button" class="button" onClick={clear}>
          Clear filters
        </button>
      )}
    </>
  );
}

type FilterProps = Pick<Props, 'filters' | 'change'>;

function SubscriptionFilter({ filters: { subscription_id: id }, change }: FilterProps) {
  const { data } = useSubscriptions(60_000);
  const list = data?.list ?? [];
  const isKnown = id === '' || list.some((subscription) => subscription.id === id);
  return (
    <ChoiceField
      label="Subscription"
      value={id}
      options={[
        ['', 'All subscriptions'],
        ...(isKnown ? [] : [[id, id] as const]),
        ...list.map((one) => [one.id, isolated(nameOf(one).slice(0, 60))] as const),
      ]}
      onValue={(chosen) => change({ subscription_id: chosen })}
    />
  );
}

/** Applies on blur or Enter: otherwise every letter would load another list. */
function TypeFilter({ filters: { event_type: type }, change }: FilterProps) {
  return (
    <Field label="Event type">
      {(control) => (
        <input
          {...control}
          type="search"
          placeholder="order.created"
          value={type}
          onChange={(event) => change({ event_type: event.currentTarget.value.trim() })}
        />
      )}
    </Field>
  );
}

type TimeFilterProps = { label: string; value: string; onTime: (time: string) => void };

function TimeFilter({ label, value, onTime }: TimeFilterProps) {
  return (
    <Field label={label}>
      {(control) => (
        <input
          {...control}
          type="datetime-local"
          value={inputTime(value)}
          onChange={(event) => onTime(timeOfInput(event.currentTarget.value))}
        />
      )}
    </Field>
  );
}

function IdSearch() {
  const [id, setId] = useState('');
  const open = () => {
    const text = id.trim();
    if (/^dlv_[0-9a-z]+$/.test(text)) go(`/delivery/${text}`);
    else if (text !== '') notify('bad', 'A delivery id starts with dlv_');
  };
  return (
    <div class="row-fields">
      <TextField
        label="Delivery id"
        type="search"
        placeholder="dlv_…"
        value={id}
        onValue={setId}
        onEnter={open}
      />
      <button type="button" class="button" onClick={open}>
        Open
      </button>
    </div>
  );
}
