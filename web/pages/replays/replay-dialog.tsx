// Replays many deliveries: matches are counted before anything is sent.
import { useState } from 'preact/hooks';
import type { Body } from '../../api/calls.ts';
import { call } from '../../api/client.ts';
import { count } from '../../format.ts';
import { Dialog, DialogFoot } from '../../parts/dialog.tsx';
import { CheckField, TextField, fieldError } from '../../parts/field.tsx';
import { FailureBox } from '../../parts/states.tsx';
import { Line } from '../../parts/text.tsx';
import { Time } from '../../parts/time.tsx';
import { useAction } from '../../state/action.ts';
import { notify } from '../../state/notices.ts';
import { go } from '../../state/router.ts';
import type { Filters } from '../deliveries/filters.ts';
import { SubscriptionLink } from '../../parts/delivery-table.tsx';

const statuses = ['failed', 'cancelled', 'delivered'] as const;
type Status = (typeof statuses)[number];

type Counted = { matched: number; complete: boolean };

export function ReplayDialog({ filters, onClose }: { filters: Filters; onClose: () => void }) {
  const given = statuses.find((status) => status === filters.status);
  const [chosen, setChosen] = useState<readonly Status[]>([given ?? 'failed']);
  const [perSecond, setPerSecond] = useState('10');
  const [counted, setCounted] = useState<Counted>();
  const action = useAction({ quiet: true });
  const body = (isDryRun: boolean): Body<'createReplay'> => ({
    ...filtersOf(filters),
    status: [...chosen],
    per_second: Number(perSecond),
    dry_run: isDryRun,
  });
  const countMatches = async () => setCounted(await call('createReplay', { body: body(true) }));
  const start = async () => {
    const { replay } = await call('createReplay', { body: body(false) });
    notify('good', 'Replay started');
    onClose();
    go(replay === null ? '/replays' : `/replays/${replay.id}`);
  };
  const choose = (status: Status, isOn: boolean) => {
    setCounted(undefined);
    setChosen(isOn ? [...chosen, status] : chosen.filter((one) => one !== status));
  };
  const isReady = chosen.length > 0 && !action.isBusy;
  return (
    <Dialog title="Replay deliveries" onClose={onClose}>
      <div class="dialog-body">
        <p>Every delivery that matches the list's filters gets a new cycle of attempts.</p>
        <FilterSummary filters={filters} />
        <StatusesField chosen={chosen} choose={choose} />
        <TextField
          label="Deliveries per second, 1 to 100"
          type="number"
          value={perSecond}
          onValue={setPerSecond}
          error={fieldError(action.error, '/per_second')}
        />
        <div aria-live="polite">
          {counted && <Matches counted={counted} perSecond={perSecond} />}
        </div>
        {action.error !== undefined && <FailureBox error={action.error} />}
      </div>
      <DialogFoot onCancel={onClose}>
        <button
          type="button"
          class={counted ? 'button' : 'button primary'}
          aria-disabled={!isReady}
          onClick={() => isReady && void action.run(countMatches)}
        >
          Count matches
        </button>
        {counted !== undefined && counted.matched > 0 && (
          <button
            type="button"
            class="button primary"
            aria-disabled={!isReady}
            onClick={() => isReady && void action.run(start)}
          >
            Replay {matchesText(counted)}
          </button>
        )}
      </DialogFoot>
    </Dialog>
  );
}

type StatusesProps = {
  chosen: readonly Status[];
  choose: (status: Status, isOn: boolean) => void;
};

function StatusesField({ chosen, choose }: StatusesProps) {
  return (
    <fieldset>
      <legend>Status</legend>
      <div class="choices">
        {statuses.map((status) => (
          <CheckField
            key={status}
            label={status}
            isOn={chosen.includes(status)}
            onChange={(isOn) => choose(status, isOn)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function filtersOf(filters: Filters): Body<'createReplay'> {
  const { subscription_id: id, event_type: type, error_code: code, since, until } = filters;
  return {
    ...(id !== '' && { subscription_id: id }),
    ...(type !== '' && { event_type: type }),
    ...(code !== '' && { error_code: code }),
    ...(since !== '' && { since }),
    ...(until !== '' && { until }),
  };
}

function matchesText({ matched, complete }: Counted): string {
  return `${count(matched)}${complete ? '' : '+'} ${matched === 1 ? 'delivery' : 'deliveries'}`;
}

function Matches({ counted, perSecond }: { counted: Counted; perSecond: string }) {
  if (counted.matched === 0) return <p class="warning">Nothing matches.</p>;
  const seconds = Math.ceil(counted.matched / Math.max(Number(perSecond), 1));
  return (
    <p class="success">
      <strong>{matchesText(counted)}</strong> {counted.matched === 1 ? 'matches' : 'match'}
      {counted.complete ? `, at this pace in about ${count(seconds)} s.` : '; there may be more.'}
    </p>
  );
}

function FilterSummary({ filters }: { filters: Filters }) {
  const { subscription_id: id, event_type: type, error_code: code, since, until } = filters;
  if ([id, type, code, since, until].every((value) => value === '')) {
    return <p class="quiet">No filter is set: deliveries of all subscriptions match.</p>;
  }
  return (
    <ul class="tags">
      {id !== '' && (
        <li>
          Subscription <SubscriptionLink id={id} />
        </li>
      )}
      {type !== '' && (
        <li>
          Event type <Line text={type} />
        </li>
      )}
      {code !== '' && (
        <li>
          Error code <code>{code}</code>
        </li>
      )}
      {since !== '' && (
        <li>
          Since <Time at={since} />
        </li>
      )}
      {until !== '' && (
        <li>
          Until <Time at={until} />
        </li>
      )}
    </ul>
  );
}
