// The development inbox: what local test endpoints received.
import { listInboxes } from '../../api/inbox.ts';
import { count } from '../../format.ts';
import { Card, PageHead } from '../../parts/card.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { Code, Line } from '../../parts/text.tsx';
import { inboxUrl } from '../../state/inbox.ts';
import { useLive } from '../../state/live.ts';
import { place } from '../../state/router.ts';
import { searchOf } from '../../api/url.ts';
import { Requests } from './requests.tsx';

export function InboxPage() {
  const live = useLive('inboxes', listInboxes, 2_000);
  const chosen = place.value.query.get('inbox');
  return (
    <>
      <PageHead title="Development inbox" />
      <p class="quiet">
        Your own endpoint, local and in memory only. Use it as the target URL of a subscription.
      </p>
      <Shown live={live}>
        {(inboxes) => {
          const name = chosen ?? inboxes[0]?.name;
          if (name === undefined) return <NoInbox />;
          return (
            <>
              <nav class="inboxes" aria-label="Inboxes">
                {inboxes.map((inbox) => (
                  <a
                    key={inbox.name}
                    class="button small"
                    href={`inbox${searchOf({ inbox: inbox.name })}`}
                    aria-current={inbox.name === name ? 'page' : undefined}
                  >
                    <Line text={inbox.name} max={40} /> ({count(inbox.requests)})
                  </a>
                ))}
              </nav>
              <Requests key={name} name={name} />
            </>
          );
        }}
      </Shown>
      <HowTo />
    </>
  );
}

function NoInbox() {
  return (
    <Empty title="No inbox has received anything yet">
      <a class="button" href="subscriptions/new">
        Add a subscription
      </a>
    </Empty>
  );
}

function HowTo() {
  return (
    <Card title="How it responds">
      <div class="stack">
        <Code text={inboxUrl('demo')} label="Inbox address" copyWhat="address" />
        <p>
          Append one of these to the target URL, or click one in the form of the{' '}
          <a href="subscriptions">subscription</a>.
        </p>
        <dl class="facts">
          <dt>
            <code>?fail=2</code>
          </dt>
          <dd>fails twice for each webhook, then accepts it</dd>
          <dt>
            <code>?status=503</code>
          </dt>
          <dd>always answers this</dd>
          <dt>
            <code>?delay=3s</code>
          </dt>
          <dd>answers late</dd>
        </dl>
      </div>
    </Card>
  );
}
