// A body, laid out for reading, field by field, as it was sent, or byte by byte.
import { useMemo, useState } from 'preact/hooks';
import type { Body, BodyView } from '../body.ts';
import { base64Of, fieldsOf, hexDump, viewsOf } from '../body.ts';
import { bytes as sizeOf, count } from '../format.ts';
import { pretty } from '../laid-out.ts';
import { Code, Line } from './text.tsx';

type Props = { body: Body; title: string; copyWhat: string };

export function BodyShown({ body, title, copyWhat }: Props) {
  const [chosen, setChosen] = useState<BodyView>();
  const views = viewsOf(body);
  // Another body may have no such view.
  const view = chosen !== undefined && views.includes(chosen) ? chosen : views[0];
  const { contentType, contentEncoding } = body;
  return (
    <div class="stack tight">
      <div class="actions">
        <h3>{title}</h3>
        <span class="quiet">
          {contentType !== '' && (
            <>
              <Line text={contentType} max={60} />
              {', '}
            </>
          )}
          {contentEncoding !== null && (
            <>
              <Line text={contentEncoding} max={20} />
              {', '}
            </>
          )}
          {sizeOf(body.bytes.length)}
        </span>
        <div class="segments" role="group" aria-label={`Form of the ${copyWhat}`}>
          {views.map((one) => (
            <button
              type="button"
              key={one}
              aria-pressed={one === view}
              onClick={() => setChosen(one)}
            >
              {one}
            </button>
          ))}
        </div>
      </div>
      <View body={body} view={view} label={title} copyWhat={copyWhat} />
    </div>
  );
}

type ViewProps = { body: Body; view: BodyView; label: string; copyWhat: string };

function View({ body, view, label, copyWhat }: ViewProps) {
  if (view === 'Hex') return <Hex bytes={body.bytes} label={label} />;
  if (view === 'Base64') {
    return <Code text={base64Of(body.bytes)} label={label} copyWhat={`${copyWhat} as base64`} />;
  }
  const text = body.text ?? '';
  if (view === 'Fields') return <Fields text={text} label={label} />;
  return <Code text={view === 'Raw' ? text : pretty(text)} label={label} copyWhat={copyWhat} />;
}

const shownBytes = 1_024;

function Hex({ bytes, label }: { bytes: Uint8Array; label: string }) {
  const [showsAll, setShowsAll] = useState(false);
  const isCut = bytes.length > shownBytes && !showsAll;
  const shown = isCut ? bytes.subarray(0, shownBytes) : bytes;
  return (
    <div class="code hex">
      <pre tabIndex={0} role="group" aria-label={label} dir="ltr">
        <code>{hexDump(shown)}</code>
      </pre>
      <div class="code-tools">
        {bytes.length > shownBytes && (
          <button type="button" class="button small" onClick={() => setShowsAll(!showsAll)}>
            {isCut ? `Show all (${sizeOf(bytes.length)})` : 'Show less'}
          </button>
        )}
      </div>
    </div>
  );
}

const fieldsShownMax = 100;
const shortCharacters = 200;

function Fields({ text, label }: { text: string; label: string }) {
  const fields = useMemo(() => fieldsOf(text), [text]);
  return (
    <div class="stack tight" role="group" aria-label={label}>
      <dl class="facts fields">
        {fields.slice(0, fieldsShownMax).flatMap(([name, value], index) => [
          <dt key={`name ${index}`}>
            <Line text={name} max={60} />
          </dt>,
          <dd key={`value ${index}`}>
            <Value name={name} value={value} />
          </dd>,
        ])}
      </dl>
      {fields.length > fieldsShownMax && (
        <p class="quiet">
          The first {fieldsShownMax} of {count(fields.length)} fields
        </p>
      )}
    </div>
  );
}

/** Many forms have JSON in a field. */
function Value({ name, value }: { name: string; value: string }) {
  if (value === '') return <span class="quiet">empty</span>;
  const laidOut = pretty(value);
  if (laidOut === value && value.length <= shortCharacters) return <bdi>{value}</bdi>;
  return <Code text={laidOut} label={`Field ${name.slice(0, 60)}`} copyWhat="value" />;
}
