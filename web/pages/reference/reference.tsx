// The API's own description, with a form for each call.
import { useMemo } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { PageHead } from '../../parts/card.tsx';
import { Shown } from '../../parts/states.tsx';
import { useLive } from '../../state/live.ts';
import { place, setQuery } from '../../state/router.ts';
import type { Document, Entry } from './document.ts';
import { groupsOf, scopeOf } from './document.ts';
import { SchemaTable } from './schema-table.tsx';
import { TryIt } from './try-it.tsx';

export function Reference() {
  const live = useLive('openapi', (signal) => call('getOpenApi', { signal }), 0);
  return (
    <>
      <PageHead title="API reference">
        <a class="button" href="openapi.json" download="openapi.json">
          Download openapi.json
        </a>
      </PageHead>
      <Shown live={live} rows={8}>
        {(document) => <Groups document={document as unknown as Document} />}
      </Shown>
    </>
  );
}

function Groups({ document }: { document: Document }) {
  const groups = useMemo(() => [...groupsOf(document)], [document]);
  return (
    <>
      <p class="quiet">
        {document.info.description} Version {document.info.version}.
      </p>
      {groups.map(([name, entries]) => (
        <section class="card" key={name} aria-label={name}>
          <div class="card-head">
            <h2>{`${name.slice(0, 1).toUpperCase()}${name.slice(1)}`}</h2>
          </div>
          {entries.map((entry) => (
            <Call key={entry.operation.operationId} document={document} entry={entry} />
          ))}
        </section>
      ))}
    </>
  );
}

/** The open call is in the URL, so that it can be linked. */
function Call({ document, entry }: { document: Document; entry: Entry }) {
  const { method, path, operation } = entry;
  const { operationId: id } = operation;
  const isOpen = place.value.query.get('call') === id;
  const toggle = (event: Event) => {
    event.preventDefault();
    setQuery({ call: isOpen ? '' : id });
  };
  return (
    <details class="call" open={isOpen} id={id}>
      <summary onClick={toggle}>
        <span class={`method ${method.toLowerCase()}`}>{method}</span> <code>{path}</code>{' '}
        <span class="quiet">{operation.summary}</span>
      </summary>
      {isOpen && <CallBody document={document} entry={entry} />}
    </details>
  );
}

function CallBody({ document, entry }: { document: Document; entry: Entry }) {
  const { parameters, requestBody, responses } = entry.operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  return (
    <div class="stack">
      <p>{needsText(scopeOf(entry.operation))}</p>
      {parameters.length > 0 && (
        <div>
          <h3>Parameters</h3>
          <SchemaTable
            document={document}
            caption="Parameters"
            fields={parameters.map(({ name, in: where, schema }) => ({
              name,
              note: where,
              schema,
              isRequired: where === 'path',
            }))}
          />
        </div>
      )}
      {body && (
        <div>
          <h3>Body</h3>
          <SchemaTable document={document} caption="Body" schema={body} />
        </div>
      )}
      <details>
        <summary>Answers</summary>
        <Answers document={document} responses={responses} />
      </details>
      <TryIt document={document} entry={entry} />
    </div>
  );
}

type AnswersProps = { document: Document; responses: Entry['operation']['responses'] };

function Answers({ document, responses }: AnswersProps) {
  return (
    <div class="stack">
      {Object.entries(responses).map(([status, { description, content }]) => {
        const schema = content?.['application/json']?.schema;
        return (
          <div key={status}>
            <h3>
              {status} <span class="quiet">{description.replaceAll('`', '')}</span>
            </h3>
            {schema && (
              <SchemaTable document={document} caption={`Answer ${status}`} schema={schema} />
            )}
          </div>
        );
      })}
    </div>
  );
}

function needsText(scope: string | null): string {
  if (scope === null) return 'Open to everyone.';
  return scope === '' ? 'Needs any API key.' : `Needs an API key with the scope ${scope}.`;
}
