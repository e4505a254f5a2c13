// What one inbox received, newest first.
import { useMemo } from 'preact/hooks';
import type { InboxRequest, Verdict } from '../../api/inbox.ts';
import { clearInbox, listRequests } from '../../api/inbox.ts';
import { bodyOfBase64 } from '../../body.ts';
import { count } from '../../format.ts';
import { Badge } from '../../parts/badge.tsx';
import { BodyShown } from '../../parts/body.tsx';
import { Card } from '../../parts/card.tsx';
import { Id } from '../../parts/copy.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { Code, Line } from '../../parts/text.tsx';
import { Time } from '../../parts/time.tsx';
import { useAction } from '../../state/action.ts';
import { reloadLive, useLive } from '../../state/live.ts';
import { notify } from '../../state/notices.ts';

const shownMax = 50;

export function Requests({ name }: { name: string }) {
  const key = `inbox ${name}`;
  const live = useLive(key, (signal) => listRequests(name, signal), 2_000);
  const action = useAction();
  const clear = async () => {
    await clearInbox(name);
    notify('good', 'Inbox cleared');
    reloadLive(key);
    reloadLive('inboxes');
  };
  const clearButton = (
    <div class="actions">
      <button
        type="button"
        class="button small"
        aria-disabled={action.isBusy}
        onClick={() => void action.run(clear)}
      >
        Clear
      </button>
    </div>
  );
  return (
    <Card title={`Requests to ${name}`} aside={clearButton}>
      <Shown live={live}>
        {(requests) =>
          requests.length === 0 ? (
            <Empty title="Nothing received yet" />
          ) : (
            <>
              <ul class="lines">
                {requests.slice(0, shownMax).map((request) => (
                  <Request key={`${request.received_at} ${idOf(request)}`} request={request} />
                ))}
              </ul>
              {requests.length > shownMax && (
                <p class="quiet">
                  The newest {shownMax} of {count(requests.length)}
                </p>
              )}
            </>
          )
        }
      </Shown>
    </Card>
  );
}

function idOf({ headers }: InboxRequest): string {
  return `${headers['webhook-id'] ?? ''} ${headers['x-webhook-attempt'] ?? ''}`;
}

function Request({ request }: { request: InboxRequest }) {
  const { headers, status, verified } = request;
  const id = headers['webhook-id'];
  return (
    <li>
      <details class="request">
        <summary>
          {request.method} <Time at={request.received_at} /> <code>answered {status}</code>{' '}
          {headers['x-event-type'] !== undefined && (
            <Line text={headers['x-event-type']} max={40} />
          )}
        </summary>
        <div class="stack tight">
          <p class="tags">
            <VerdictBadge name="Standard Webhooks" verdict={verified.standard_webhooks} />
            <VerdictBadge name="X-Hub-Signature-256" verdict={verified.hub} />
          </p>
          {id !== undefined && (
            <p>
              Delivery <Id id={id} href={`delivery/${id}`} />
            </p>
          )}
          <p class="hint">
            <Line text={request.url} max={200} />
          </p>
          <RequestBody request={request} />
          <Code
            text={Object.entries(headers)
              .map(([name, value]) => `${name}: ${value}`)
              .join('\n')}
            label="Headers"
            copyWhat="headers"
          />
        </div>
      </details>
    </li>
  );
}

function RequestBody({ request: { body_base64: base64, headers } }: { request: InboxRequest }) {
  const { 'content-type': contentType = '', 'content-encoding': contentEncoding = null } = headers;
  const body = useMemo(
    () => bodyOfBase64(base64, { contentType, contentEncoding }),
    [base64, contentType, contentEncoding],
  );
  return <BodyShown body={body} title="Body" copyWhat="body" />;
}

function VerdictBadge({ name, verdict }: { name: string; verdict: Verdict }) {
  if (verdict === 'unsigned') return <Badge tone="off">{`${name}: unsigned`}</Badge>;
  return verdict ? (
    <Badge tone="good">{`${name}: verified`}</Badge>
  ) : (
    <Badge tone="bad">{`${name}: wrong`}</Badge>
  );
}
