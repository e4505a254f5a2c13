// Every attempt of a delivery: when, how long each part took, what the endpoint said, and what to do about it.
import type { Attempt } from '../../api/resources.ts';
import { duration } from '../../format.ts';
import { pretty } from '../../laid-out.ts';
import { Badge } from '../../parts/badge.tsx';
import { Code, Line, Target } from '../../parts/text.tsx';
import { Time } from '../../parts/time.tsx';
import { adviceFor } from '../../state/error-codes.ts';
import { Timings } from './timings.tsx';

const outcomes = {
  success: ['good', 'Success'],
  failed_attempt: ['warn', 'Failed attempt'],
  failure: ['bad', 'Failure'],
} as const;

function Outcome({ attempt: { outcome } }: { attempt: Attempt }) {
  const [tone, word] = outcomes[outcome];
  return <Badge tone={tone}>{word}</Badge>;
}

export function AttemptSummary({ attempt }: { attempt: Attempt }) {
  return (
    <li>
      <div>
        <span class="tags">
          <strong>Attempt #{attempt.attempt_number}</strong>
          <Outcome attempt={attempt} />
          {attempt.status_code !== null && <code>HTTP {attempt.status_code}</code>}
        </span>
        {attempt.error_details !== null && (
          <div class="hint">
            {attempt.error_code === null ? 'Note' : 'Error'}:{' '}
            <Line text={attempt.error_details} max={200} />
          </div>
        )}
        {attempt.response_body !== null && attempt.response_body !== '' && (
          <div class="hint">
            Response: <Line text={attempt.response_body} max={200} />
          </div>
        )}
      </div>
      <span class="quiet">
        <Time at={attempt.created_at} />, {duration(attempt.duration_ms)}
      </span>
    </li>
  );
}

export function AttemptDetail({ attempt }: { attempt: Attempt }) {
  const { response_body: body } = attempt;
  return (
    <li class="attempt stack tight">
      <div class="tags">
        <h3>Attempt #{attempt.attempt_number}</h3>
        <Outcome attempt={attempt} />
        {attempt.status_code !== null && <code>HTTP {attempt.status_code}</code>}
        <span class="quiet">
          <Time at={attempt.created_at} />
        </span>
      </div>
      <Problem attempt={attempt} />
      <p class="hint">
        To <Target url={attempt.target_url} />
      </p>
      <Timings attempt={attempt} />
      {body !== null && body !== '' && (
        <details open>
          <summary>Response</summary>
          <Code text={pretty(body)} label="Response body" copyWhat="response" />
        </details>
      )}
    </li>
  );
}

function Problem({ attempt: { error_code: code, error_details: details } }: { attempt: Attempt }) {
  if (code === null) return details === null ? null : <Note text={details} />;
  const advice = adviceFor(code);
  return (
    <div class="problem">
      <p>
        <code>{code}</code>
        {details !== null && (
          <>
            : <Line text={details} max={500} />
          </>
        )}
      </p>
      {advice && (
        <p class="hint">
          {sentence(advice.meaning)} What to do: {advice.advice}.
        </p>
      )}
    </div>
  );
}

/** A success may have one: its answer was malformed. */
function Note({ text }: { text: string }) {
  return (
    <p class="hint">
      <Line text={text} max={500} />
    </p>
  );
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
