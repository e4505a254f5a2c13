// Which event types: the common ones to tick, and any other to write. Types that are none of ours stay.
import { useState } from 'preact/hooks';
import { CheckField, TextField, fieldError } from '../../parts/field.tsx';
import { Icon } from '../../parts/icon.tsx';
import { commonEventTypes } from '../../state/common-event-types.ts';
import { useSubscriptions } from '../../state/subscriptions.ts';
import type { PartProps } from './part-props.ts';

export function EventTypesField({ values, change, error }: PartProps) {
  const { eventTypes } = values;
  const others = eventTypes.filter((type) => !commonEventTypes.includes(type));
  const set = (type: string, isOn: boolean) => {
    const rest = eventTypes.filter((other) => other !== type);
    change({ eventTypes: isOn ? [...rest, type] : rest });
  };
  return (
    <fieldset>
      <legend>Event types</legend>
      <p class="hint">If none is selected, all events are sent.</p>
      <div class="choices">
        {commonEventTypes.map((type) => (
          <CheckField
            key={type}
            label={<code>{type}</code>}
            isOn={eventTypes.includes(type)}
            onChange={(isOn) => set(type, isOn)}
          />
        ))}
      </div>
      {others.length > 0 && (
        <ul class="choices" aria-label="Other event types">
          {others.map((type) => (
            <li key={type} class="removable">
              <bdi class="event-type">{type}</bdi>
              <button type="button" class="icon-button" onClick={() => set(type, false)}>
                <Icon name="close" />
                <span class="hidden">Remove {type}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <OtherType add={(type) => set(type, true)} error={fieldError(error, '/event_types')} />
    </fieldset>
  );
}

function OtherType({ add, error }: { add: (type: string) => void; error: string | undefined }) {
  const [text, setText] = useState('');
  const subscriptions = useSubscriptions(0);
  const known = new Set(subscriptions.data?.list.flatMap(({ event_types: types }) => types ?? []));
  const addAll = () => {
    for (const type of text.split(/[\s,]+/)) if (type !== '') add(type);
    setText('');
  };
  return (
    <div class="row-fields">
      <TextField
        label="Another event type"
        placeholder="invoice.paid, or order.* for all that start so"
        list="known-event-types"
        value={text}
        error={error}
        onValue={setText}
        onEnter={addAll}
      />
      <datalist id="known-event-types">
        {[...known].map((type) => (
          <option key={type}>{type}</option>
        ))}
      </datalist>
      <button type="button" class="button" onClick={addAll}>
        Add
      </button>
    </div>
  );
}
