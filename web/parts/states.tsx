// What stands in the place of data: loading, failed, nothing there.
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
  unreachable: 'Is the service running? The page tries again by itself.',
  'too-slow': 'It may be busy. The page tries again by itself.',
  forbidden: 'Sign in with an API key that has the scope.',
  internal: 'The log of the service has the reason.',
};

export function FailureBox({
  error,
  onRetry,
}: {
  error: unknown;
  onRetry?: (() => void) | undefined;
}) {
  const failure = error instanceof Failure ? error : null;
  const hint = failure === null ? undefined : hints[failure.code];
  return (
    <div class="failure" role="alert">
      <p>
        <strong>
          <bdi>{sentenceOf(error)}</bdi>
        </strong>
        {hint && ` ${hint}`}
      </p>
      {failure !== null && failure.fields.length > 0 && (
        <ul>
          {failure.fields.map(({ pointer, detail }) => (
            <li key={`${pointer} ${detail}`}>
              <code>{pointer}</code>: {detail}
            </li>
          ))}
        </ul>
      )}
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

/** Data when it is there, with a line above it when it could not be brought up to date. */
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
