// The form for a new subscription and for an edit.
import type { PartProps } from './part-props.ts';
import { useState } from 'preact/hooks';
import type { Subscription } from '../../api/resources.ts';
import { CheckField, SecretField, TextField, fieldError } from '../../parts/field.tsx';
import { FailureBox } from '../../parts/states.tsx';
import { useAction } from '../../state/action.ts';
import { newSecret } from '../../api/signing.ts';
import { DeliverySettings } from './delivery-settings.tsx';
import { EventTypesField } from './event-types-field.tsx';
import { InboxHint } from './inbox-hint.tsx';
import { SecuritySettings } from './security-settings.tsx';
import type { Fields, Values } from './values.ts';
import { fieldsOf, valuesOf } from './values.ts';

type FormProps = {
  subscription: Subscription | null;
  save: (fields: Fields) => Promise<void>;
  cancelHref: string;
};

export function SubscriptionForm({ subscription, save, cancelHref }: FormProps) {
  const [before] = useState(() => valuesOf(subscription));
  const [values, setValues] = useState(before);
  const action = useAction({ quiet: true });
  const change = (changes: Partial<Values>) => setValues((now) => ({ ...now, ...changes }));
  const submit = (event: Event) => {
    event.preventDefault();
    void action.run(() => save(fieldsOf(values, subscription === null ? null : before)));
  };
  const part = { values, change, error: action.error };
  return (
    <form class="card form" onSubmit={submit}>
      <Basics {...part} isNew={subscription === null} hasSecret={Boolean(subscription?.secret)} />
      <EventTypesField {...part} />
      <CheckField
        label="Active: deliveries are sent. Those to an inactive subscription are parked."
        isOn={values.isActive}
        onChange={(isActive) => change({ isActive })}
      />
      <DeliverySettings {...part} />
      <SecuritySettings {...part} />
      {action.error !== undefined && <FailureBox error={action.error} />}
      <div class="actions">
        <button type="submit" class="button primary" aria-disabled={action.isBusy}>
          {action.isBusy ? 'Saving…' : subscription === null ? 'Save' : 'Save changes'}
        </button>
        <a class="button" href={cancelHref}>
          Cancel
        </a>
      </div>
    </form>
  );
}

function Basics({
  values,
  change,
  error,
  isNew,
  hasSecret,
}: PartProps & { isNew: boolean; hasSecret: boolean }) {
  return (
    <>
      <TextField
        label="Name"
        value={values.name}
        maxLength={100}
        error={fieldError(error, '/name')}
        onValue={(name) => change({ name })}
      />
      <TextField
        label="Target URL (required)"
        type="url"
        required
        placeholder="https://example.com/webhooks"
        value={values.targetUrl}
        error={fieldError(error, '/target_url')}
        onValue={(targetUrl) => change({ targetUrl })}
        hint={
          <InboxHint
            targetUrl={values.targetUrl}
            isNew={isNew}
            choose={(targetUrl) => change({ targetUrl })}
          />
        }
      />
      <SecretField
        label={hasSecret ? 'New secret' : 'Secret'}
        placeholder={hasSecret ? 'Leave empty to keep the secret' : 'Optional'}
        value={values.secret}
        generate={newSecret}
        error={fieldError(error, '/secret')}
        onValue={(secret) => change({ secret, removesSecret: false })}
        hint="Signs what is delivered. It is written and never shown again: copy it now."
      />
      {hasSecret && (
        <CheckField
          label="Remove the secret: deliveries are no longer signed"
          isOn={values.removesSecret}
          onChange={(removesSecret) => change({ removesSecret, secret: '' })}
        />
      )}
    </>
  );
}
