// Makes the call with the page's credentials, and shows the response.
import { useState } from 'preact/hooks';
import type { Exchange } from '../../api/client.ts';
import { send } from '../../api/client.ts';
import type { Scope } from '../../api/resources.ts';
import { searchOf } from '../../api/url.ts';
import { duration } from '../../format.ts';
import { pretty } from '../../laid-out.ts';
import { Field, TextField } from '../../parts/field.tsx';
import { FailureBox } from '../../parts/states.tsx';
import { Code } from '../../parts/text.tsx';
import { useAction } from '../../state/action.ts';
import { may } from '../../state/session.ts';
import type { Document, Entry, Parameter } from './document.ts';
import { exampleOf, scopeOf, typeOf } from './document.ts';

type Answer = Exchange & { tookMs: number };
type Props = { document: Document; entry: Entry };
type Values = Readonly<Record<string, string>>;

export function TryIt(props: Props) {
  const scope = scopeOf(props.entry.operation);
  if (scope !== null && scope !== '' && !may(scope as Scope)) {
    return <p class="quiet">This API key cannot try it.</p>;
  }
  return <TryForm {...props} />;
}

function TryForm({ document, entry }: Props) {
  const { method, operation } = entry;
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const [values, setValues] = useState<Values>({});
  const [body, setBody] = useState(() =>
    schema ? JSON.stringify(exampleOf(document, schema), null, 2) : '',
  );
  const [answer, setAnswer] = useState<Answer>();
  const action = useAction({ quiet: true });
  const submit = (event: Event) => {
    event.preventDefault();
    setAnswer(undefined);
    void action.run(async () => setAnswer(await request(entry, values, schema && body)));
  };
  return (
    <form class="stack try-it" onSubmit={submit}>
      <h3>Try it</h3>
      {method !== 'GET' && <p class="hint">This changes data of this service.</p>}
      <div class="inline-fields">
        {operation.parameters.map((parameter) => (
          <TextField
            key={keyOf(parameter)}
            label={`${parameter.name} (${parameter.in})`}
            placeholder={typeOf(document, parameter.schema).slice(0, 60)}
            required={parameter.in === 'path'}
            value={values[keyOf(parameter)] ?? ''}
            onValue={(value) => setValues({ ...values, [keyOf(parameter)]: value })}
          />
        ))}
      </div>
      {schema && <BodyField body={body} onBody={setBody} />}
      <div>
        <button type="submit" class="button primary" aria-disabled={action.isBusy}>
          {action.isBusy ? 'Calling…' : `Send ${method}`}
        </button>
      </div>
      <div aria-live="polite">
        {action.error !== undefined && <FailureBox error={action.error} />}
        {answer && <AnswerShown answer={answer} />}
      </div>
    </form>
  );
}

function BodyField({ body, onBody }: { body: string; onBody: (body: string) => void }) {
  return (
    <Field label="Body (JSON)">
      {(control) => (
        <textarea
          {...control}
          class="code-input"
          rows={6}
          spellcheck={false}
          value={body}
          onInput={(event) => onBody(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function AnswerShown({ answer: { status, tookMs, text } }: { answer: Answer }) {
  return (
    <div class="stack tight">
      <p>
        <strong>HTTP {status}</strong> <span class="quiet">in {duration(tookMs)}</span>
      </p>
      <Code text={pretty(text)} label="Answer" copyWhat="answer" />
    </div>
  );
}

function keyOf({ in: where, name }: Parameter): string {
  return `${where} ${name}`;
}

async function request(entry: Entry, values: Values, body: string | undefined): Promise<Answer> {
  const { method, path, operation } = entry;
  const given = (where: Parameter['in']): Record<string, string> =>
    Object.fromEntries(
      operation.parameters
        .filter((parameter) => parameter.in === where)
        .map((parameter) => [parameter.name, values[keyOf(parameter)]?.trim() ?? ''])
        .filter(([, value]) => value !== ''),
    ) as Record<string, string>;
  const filled = Object.entries(given('path')).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
    path,
  );
  const startedAt = performance.now();
  const exchange = await send(`${filled.slice(1)}${searchOf(given('query'))}`, {
    method,
    headers: {
      ...given('header'),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  });
  return { ...exchange, tookMs: Math.round(performance.now() - startedAt) };
}
