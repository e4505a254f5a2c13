// The first steps, and the headers that senders and receivers deal with.
import { Card } from '../../parts/card.tsx';
import { may } from '../../state/session.ts';
import { hasInbox } from '../../state/inbox.ts';
import { testDialog } from '../../state/test-dialog.ts';

export function GettingStarted() {
  return (
    <div class="columns">
      <Card title="Getting started">
        <ol class="steps">
          <li>
            {may('admin') ? (
              <a href="subscriptions/new">Add a subscription</a>
            ) : (
              'Add a subscription'
            )}{' '}
            with the URL of your endpoint
            {hasInbox && (
              <>
                {' '}
                or of the <a href="inbox">development inbox</a>
              </>
            )}
            .
          </li>
          <li>Give it a secret, so that your endpoint can verify what it receives.</li>
          <li>Choose event types, or take all of them.</li>
          <li>
            {may('publish') ? (
              <button type="button" class="link" onClick={() => testDialog.open(null)}>
                Send a test webhook
              </button>
            ) : (
              'Send a test webhook'
            )}
            .
          </li>
          <li>
            Watch its <a href="deliveries">delivery</a>: every attempt is logged.
          </li>
        </ol>
      </Card>
      <Card title="API integration">
        <dl class="facts">
          <dt>Endpoint</dt>
          <dd>
            <code>POST /api/ingest/&lt;subscription id&gt;</code>
          </dd>
          <dt>Body</dt>
          <dd>
            Any JSON, with <code>Content-Type: application/json</code>
          </dd>
          <dt>Event type</dt>
          <dd>
            <code>X-Event-Type: order.created</code>
          </dd>
          <dt>Signature</dt>
          <dd>
            <code>X-Hub-Signature-256: sha256=…</code>, the HMAC of the exact bytes
          </dd>
          <dt>Only once</dt>
          <dd>
            <code>Idempotency-Key</code>, for a day
          </dd>
          <dt>More</dt>
          <dd>
            <a href="reference">API reference</a>
          </dd>
        </dl>
      </Card>
    </div>
  );
}
