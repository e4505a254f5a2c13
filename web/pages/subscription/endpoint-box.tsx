// Where producers send events for this subscription, with a command to paste.
import type { Subscription } from '../../api/resources.ts';
import { ingestCommand } from '../../api/curl.ts';
import { Card } from '../../parts/card.tsx';
import { Code } from '../../parts/text.tsx';
import { usesKeys } from '../../state/session.ts';

export function EndpointBox({ subscription }: { subscription: Subscription }) {
  const { id, secret, event_types: types } = subscription;
  const url = new URL(`api/ingest/${id}`, document.baseURI).href;
  const isSigned = secret !== null;
  const command = ingestCommand({
    url,
    eventType: types?.find((type) => !type.includes('*')) ?? 'order.created',
    isSigned,
    usesKey: usesKeys.value && !isSigned,
  });
  return (
    <Card title="Ingest endpoint">
      <div class="stack">
        <Code text={`POST ${url}`} label="Ingest endpoint" copyWhat="endpoint" />
        <dl class="facts">
          <dt>Body</dt>
          <dd>
            Any bytes. <code>Content-Type</code> and <code>Content-Encoding</code> are forwarded
          </dd>
          <dt>Optional</dt>
          <dd>
            <code>X-Event-Type</code>, <code>Idempotency-Key</code>
          </dd>
          <dt>Signature</dt>
          <dd>
            {isSigned ? (
              <>
                <code>X-Hub-Signature-256: sha256=…</code>, the HMAC-SHA256 of the exact bytes with
                the secret
              </>
            ) : (
              'Not verified: the subscription has no secret'
            )}
          </dd>
        </dl>
        <Code text={command} label="Command that sends an event" copyWhat="command" />
      </div>
    </Card>
  );
}
