// Placeholders for data: loading, failed, empty.
import type { ComponentChildren } from 'preact';
import { Failure, sentenceOf } from '../api/failure.ts';
import type { Live } from '../state/live.ts';

export function Loading({ rows = 3 }: { rows?: number }) {
  return (
    <div class="loading" role="status">
      <span class="hidden">Loading…</span>
      {Array.from({ length: rows }, (_row, index) => (
        <div class="bone" key={index} />
      ))}
    </div>
  );
}

const hints: Readonly<Record<string, string>> = {
  unreachable: 'Is the service running?',
  'too-slow': 'It may be busy.',
  forbidden: 'Sign in with an API key that has the required scope.',
  internal: 'The service log has the reason.',
};

const passing: readonly string[] = ['unreachable', 'too-slow'];

/** Failed loads are retried; a person's action is theirs to retry. */
function hintFor(code: string, isLoading: boolean): string | undefined {
  const hint = hints[code];
  return isLoading && passing.includes(code) ? `${hint} The page tries again by itself.` : hint;
}

type FailureBoxProps = { error: unknown; onRetry?: (() => void) | undefined };

export function FailureBox({ error, onRetry }: FailureBoxProps) {
  const failure = error instanceof Failure ? error : null;
  return (
    <div class="failure" role="alert">
      <p>
        <strong>
          <bdi>{sentenceOf(error)}</bdi>
        </strong>{' '}
        {failure !== null && hintFor(failure.code, onRetry !== undefined)}
      </p>
      {failure !== null && failure.fields.length > 0 && <Fields failure={failure} />}
      {failure?.requestId && (
        <p class="quiet">
          Request <code>{failure.requestId}</code>
        </p>
      )}
      {onRetry && (
        <button type="button" class="button small" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

function Fields({ failure }: { failure: Failure }) {
  return (
    <ul>
      {failure.fields.map(({ pointer, detail }) => (
        <li key={`${pointer} ${detail}`}>
          <code>{pointer}</code>: {detail}
        </li>
      ))}
    </ul>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p>
        <strong>{title}</strong>
      </p>
      {children}
    </div>
  );
}

type ShownProps<Data> = {
  live: Live<Data>;
  rows?: number;
  children: (data: Data) => ComponentChildren;
};

/** Data once available, with a line above it if refreshing failed. */
export function Shown<Data>({ live, rows = 3, children }: ShownProps<Data>) {
  const { data, error, isLoading, reload } = live;
  if (isLoading) return <Loading rows={rows} />;
  if (data === undefined) return <FailureBox error={error} onRetry={reload} />;
  return (
    <>
      {error !== undefined && <Stale error={error} />}
      {children(data)}
    </>
  );
}

export function Stale({ error }: { error: unknown }) {
  return (
    <p class="stale" role="status">
      Not up to date: <bdi>{sentenceOf(error)}</bdi>
    </p>
  );
}
