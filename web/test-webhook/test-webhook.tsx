// The test webhook dialog. With an admin key the service itself sends a signed sample event;
// otherwise the page is a producer: it ingests, and signs the bytes if given the subscription's
// secret.
import { useState } from 'preact/hooks';
import { isJsonType } from '../body.ts';
import { isolated } from '../format.ts';
import { Dialog } from '../parts/dialog.tsx';
import { ChoiceField, Field, SecretField, TextField } from '../parts/field.tsx';
import { FailureBox, Shown } from '../parts/states.tsx';
import type { Subscription } from '../api/resources.ts';
import { useAction } from '../state/action.ts';
import { commonEventTypes } from '../state/common-event-types.ts';
import { may, usesKeys } from '../state/session.ts';
import { nameOf, useSubscriptions } from '../state/subscriptions.ts';
import { testDialog } from '../state/test-dialog.ts';
import { jsonError } from './json-error.ts';
import { samplePayload, sendTest } from './send-test.ts';
import type { Outcome, Test, Way } from './send-test.ts';
import { Result } from './result.tsx';

export function TestWebhook() {
  return (
    <Dialog title="Send test webhook" onClose={testDialog.close} wide>
      <div class="dialog-body">{may('read') ? <WithList /> : <TestForm list={[]} />}</div>
    </Dialog>
  );
}

function WithList() {
  const subscriptions = useSubscriptions(0);
  return <Shown live={subscriptions}>{({ list }) => <TestForm list={list} />}</Shown>;
}

function TestForm({ list }: { list: readonly Subscription[] }) {
  const [given, setTest] = useState<Test>(() => ({
    id: testDialog.subscriptionId.value ?? '',
    way: may('admin') ? 'sample' : 'ingest',
    eventType: '',
    secret: '',
    contentType: 'application/json',
    payload: samplePayload,
  }));
  const [outcome, setOutcome] = useState<Outcome>();
  const action = useAction({ quiet: true });
  const change = (changes: Partial<Test>) => setTest((now) => ({ ...now, ...changes }));
  const test = { ...given, id: chosenId(given, list) };
  const isReady = test.id !== '' && payloadError(test) === undefined;
  const submit = (event: Event) => {
    event.preventDefault();
    if (!isReady) return;
    setOutcome(undefined);
    void action.run(async () => setOutcome(await sendTest(test)));
  };
  return (
    <form class="form" onSubmit={submit}>
      <SubscriptionField list={list} id={test.id} onId={(id) => change({ id })} />
      <WayField way={test.way} onWay={(way) => change({ way })} />
      <TypeField value={test.eventType} onValue={(eventType) => change({ eventType })} />
      {asksForSecret(test, list) && (
        <SecretField
          label="Subscription secret"
          value={test.secret}
          onValue={(secret) => change({ secret })}
          hint={secretHint()}
        />
      )}
      <TextField
        label="Content type"
        required
        value={test.contentType}
        onValue={(contentType) => change({ contentType })}
        hint="Any: JSON is checked before it is sent."
      />
      <PayloadField test={test} onPayload={(payload) => change({ payload })} />
      <div aria-live="polite" class="stack">
        {action.isBusy && <p>Sending webhook…</p>}
        {action.error !== undefined && <FailureBox error={action.error} />}
        {outcome && <Result outcome={outcome} />}
      </div>
      <div class="actions">
        <button type="submit" class="button primary" aria-disabled={action.isBusy || !isReady}>
          Send webhook
        </button>
        <button type="button" class="button" onClick={testDialog.close}>
          {outcome ? 'Close' : 'Cancel'}
        </button>
      </div>
    </form>
  );
}

/** The list may be outdated at first: until somebody chooses, the displayed choice counts. */
function chosenId({ id }: Test, list: readonly Subscription[]): string {
  return id === '' ? (list[0]?.id ?? '') : id;
}

/** A key that cannot read cannot tell whether there is one. */
function asksForSecret({ way, id }: Test, list: readonly Subscription[]): boolean {
  const chosen = list.find((subscription) => subscription.id === id);
  return way === 'ingest' && (chosen === undefined || chosen.secret !== null);
}

/** An API key identifies the publisher: the signature is then a second, optional proof. */
function secretHint(): string {
  const signs = 'Signs the request in this browser; it is not sent.';
  return usesKeys.value ? signs : `${signs} Without it the API answers 401.`;
}

type SubscriptionFieldProps = {
  list: readonly Subscription[];
  id: string;
  onId: (id: string) => void;
};

function SubscriptionField({ list, id, onId }: SubscriptionFieldProps) {
  if (!may('read')) {
    return <TextField label="Subscription id" required value={id} onValue={onId} />;
  }
  return (
    <ChoiceField
      label="Subscription"
      value={id}
      onValue={onId}
      options={list.map((one) => [one.id, titleOf(one)] as const)}
      {...(list.length === 0 && { hint: 'No subscriptions yet.' })}
    />
  );
}

function payloadError({ contentType, payload }: Test): string | undefined {
  if (isJsonType(contentType.trim())) return jsonError(payload);
  return payload === '' ? 'is required' : undefined;
}

type PayloadFieldProps = { test: Test; onPayload: (payload: string) => void };

function PayloadField({ test, onPayload }: PayloadFieldProps) {
  const isJson = isJsonType(test.contentType.trim());
  return (
    <Field label={isJson ? 'Payload (JSON)' : 'Payload'} error={payloadError(test)}>
      {(control) => (
        <textarea
          {...control}
          class="code-input"
          rows={8}
          spellcheck={false}
          value={test.payload}
          onInput={(event) => onPayload(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function titleOf(subscription: Subscription): string {
  const text = `${isolated(nameOf(subscription))} (${subscription.target_url})`;
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

function WayField({ way, onWay }: { way: Way; onWay: (way: Way) => void }) {
  if (!may('admin')) return null;
  return (
    <fieldset>
      <legend>How</legend>
      <div class="choices">
        <label class="choice">
          <input
            type="radio"
            name="way"
            checked={way === 'sample'}
            onChange={() => onWay('sample')}
          />
          <span>As a sample from the service, bypassing the type filter</span>
        </label>
        <label class="choice">
          <input
            type="radio"
            name="way"
            checked={way === 'ingest'}
            onChange={() => onWay('ingest')}
          />
          <span>As a producer, through ingest</span>
        </label>
      </div>
    </fieldset>
  );
}

function TypeField({ value, onValue }: { value: string; onValue: (type: string) => void }) {
  return (
    <fieldset>
      <legend>Event type</legend>
      <div class="choices">
        {['', ...commonEventTypes].map((type) => (
          <label class="choice" key={type}>
            <input
              type="radio"
              name="event-type"
              checked={value === type}
              onChange={() => onValue(type)}
            />
            <span>{type === '' ? 'None' : <code>{type}</code>}</span>
          </label>
        ))}
      </div>
      <TextField label="Or another" placeholder="invoice.paid" value={value} onValue={onValue} />
    </fieldset>
  );
}
